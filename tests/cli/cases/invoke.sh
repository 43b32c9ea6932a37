# Values of every type, as arguments and as results.
t run --invoke i32 types.wat 41
t run --invoke i32 types.wat -1
t run --invoke i32 types.wat 0x7fffffff
t run --invoke i32 types.wat 4294967295
t run --invoke i32 types.wat 4294967296
t run --invoke i64 types.wat -5
t run --invoke i64 types.wat 9223372036854775807
t run --invoke f32 types.wat 3
t run --invoke f32 types.wat -0.0
t run --invoke f64 types.wat 2
t run --invoke f64 types.wat -1
t run --invoke f64 types.wat inf
t run --invoke none types.wat
t run --invoke many types.wat 1 2
t run --invoke null types.wat
t run --invoke refs types.wat
t run --invoke nope types.wat
t run --invoke g types.wat
t run --invoke i32 types.wat
t run --invoke i32 types.wat 1 2
t run --invoke i32 types.wat abc
t run --invoke f64 types.wat 1x
