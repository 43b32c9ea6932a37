module hospes.example/strings

go 1.24
