// Replace this with a query of your users, and compare hashed passwords.
const users = [
  { id: '1', name: 'demo', password: 'demo' },
  { id: '2', name: 'guest', password: 'guest' },
]

export async function checkPassword(name: FormDataEntryValue | null, password: FormDataEntryValue | null) {
  return users.find((user) => user.name === name && user.password === password)
}
