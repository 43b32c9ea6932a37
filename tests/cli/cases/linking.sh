# Imports from other modules, and without them.
t run --preload lib=library.wat --invoke four client.wat 5
t run --invoke four client.wat 5
t run --preload other=library.wat --invoke four client.wat 5
t run --preload lib=types.wat --invoke four client.wat 5
t run -W unknown-imports-default --invoke four client.wat 5
t run -W unknown-imports-trap --invoke four client.wat 5
