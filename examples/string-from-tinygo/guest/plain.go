//go:build !tinygo

package main

import "unsafe"

// The same four exports for the ordinary Go compiler, which leaves the convention to us.

// kept holds what the host may still look at, so that the collector leaves it alone.
var kept = map[unsafe.Pointer][]byte{}
var answer string

//go:wasmexport malloc
func malloc(size uint32) unsafe.Pointer {
	bytes := make([]byte, size+1)
	kept[unsafe.Pointer(&bytes[0])] = bytes
	return unsafe.Pointer(&bytes[0])
}

//go:wasmexport free
func free(address unsafe.Pointer) {
	delete(kept, address)
}

// give stores offset and length of a string where the host said.
func give(result unsafe.Pointer, text string) {
	answer = text
	pair := (*[2]uint32)(result)
	pair[0] = uint32(uintptr(unsafe.Pointer(unsafe.StringData(answer))))
	pair[1] = uint32(len(answer))
}

//go:wasmexport ReturnString
func ReturnString(result unsafe.Pointer) {
	give(result, returnString())
}

//go:wasmexport Greet
func Greet(result unsafe.Pointer, name unsafe.Pointer, length uint32) {
	give(result, greet(string(unsafe.Slice((*byte)(name), length))))
}
