export default function Page() {
  return <p>sign-in page</p>
}
