module hospes.samples

go 1.24
