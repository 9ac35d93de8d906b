package gen

import "strings"

// Ids of interactions as they are in the field: 16 characters of 0-9A-Za-z, as Interaction Server makes them; GUIDs in
// either case; digits with leading zeros, more of them than a float keeps.

const (
	idDigits   = "0123456789"
	idHex      = "0123456789abcdef"
	idAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// The forms, with a zero for what is drawn.
const (
	serverForm = "0000xxxxxxxxxxxx"
	guidForm   = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh"
	upperForm  = "HHHHHHHH-HHHH-HHHH-HHHH-HHHHHHHHHHHH"
	numberForm = "00ddddddddddddddddd"
)

// drawID draws an id. Two of one run are not alike, for all that can be expected.
func drawID(src Source) string {
	return fill([...]string{serverForm, guidForm, upperForm, numberForm}[src.Intn(4)], src)
}

// idLike draws an id of the form of another.
func idLike(id string, src Source) string { return fill(formOf(id), src) }

func formOf(id string) string {
	switch {
	case len(id) == len(guidForm) && strings.Count(id, "-") == 4:
		if strings.ContainsAny(id, "ABCDEF") {
			return upperForm
		}
		return guidForm
	case strings.Trim(id, idDigits) == "":
		return numberForm
	}
	return serverForm
}

func fill(form string, src Source) string {
	var b [len(guidForm)]byte
	for i := range len(form) {
		switch c := form[i]; c {
		case 'x':
			b[i] = idAlphabet[src.Intn(len(idAlphabet))]
		case 'h':
			b[i] = idHex[src.Intn(len(idHex))]
		case 'H':
			b[i] = idHex[src.Intn(len(idHex))]
			if b[i] >= 'a' {
				b[i] -= 'a' - 'A'
			}
		case 'd':
			b[i] = idDigits[src.Intn(len(idDigits))]
		default:
			b[i] = c
		}
	}
	return string(b[:len(form)])
}

// The ways in which the id of another chat is near one (V17). Ids that differ in case alone, in accents or blanks are
// another matter (D7).
const (
	nearByCharacter = iota
	nearByLength
	nearByZeros
	nearWays
)

// nearID is the id of another chat that differs from an id by little. A GUID stays one.
func nearID(id string, way int, src Source) string {
	form := formOf(id)
	switch guid := form == guidForm || form == upperForm; {
	case guid || way == nearByCharacter:
		at := len(id) - 1 - src.Intn(8)
		return id[:at] + nextOf(id[at]) + id[at+1:]
	case way == nearByLength && src.Intn(2) == 0:
		return id[:len(id)-1]
	case way == nearByLength:
		return id + string(idAlphabet[src.Intn(10)])
	case src.Intn(2) == 0:
		return id[1:]
	}
	return "0" + id
}

// nextOf is the character after one, of those that may stand in its place.
func nextOf(c byte) string {
	switch c {
	case '9':
		return "0"
	case 'z', 'f':
		return "a"
	case 'Z', 'F':
		return "A"
	}
	return string(c + 1)
}
