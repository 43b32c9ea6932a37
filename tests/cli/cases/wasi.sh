# What the guest is given.
t run show.wat one "two words" ''
t run --argv0 other show.wat x
FROM_HOST=passed
export FROM_HOST
t run --env A=1 --env FROM_HOST --env EMPTY= show.wat
t run cat.wat
t run --dir folder cat.wat
t run --dir folder::/inside cat.wat
t run --dir=folder cat.wat
