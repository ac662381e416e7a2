export default function Page() {
  return <p>Benchmarks</p>
}
