# Messages and backtraces.
t run trap.wat
t run --invoke peek oob.wat 65536
t run --invoke peek oob.wat -1
t run -O signals-based-traps=n --invoke peek oob.wat 65533
t run -O memory-reservation=65536 --invoke peek oob.wat 65533
echo '$ hospes run deep.wat'
"$HOSPES" run deep.wat 2>&1 | sed -n '1,7p;$p'
