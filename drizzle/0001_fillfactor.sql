-- Room on each page for the next version of a row: a data write then touches no index (HOT).
ALTER TABLE "sessions" SET (fillfactor = 92);
