//go:build tinygo

package main

// TinyGo exports a function that returns a string as one that takes the offset of eight bytes more,
// and stores offset and length of the string there. A string parameter is an offset and a length.
// The functions malloc and free are exported by TinyGo itself.

//export ReturnString
func ReturnString() string {
	return returnString()
}

// kept holds the last answer, so that the collector leaves it alone until the host has read it.
var kept string

//export Greet
func Greet(name string) string {
	kept = greet(name)
	return kept
}
