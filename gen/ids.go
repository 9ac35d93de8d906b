package gen

import "strings"

// Interaction ids as they are in the field: 16 characters of 0-9A-Za-z, as Interaction Server makes them; GUIDs in
// either case; digits with leading zeros, more than a float keeps.

const (
	idDigits   = "0123456789"
	idHex      = "0123456789abcdef"
	idAlphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
)

// The forms. The letters x, h, H and d stand for what is drawn.
const (
	serverForm = "0000xxxxxxxxxxxx"
	guidForm   = "hhhhhhhh-hhhh-hhhh-hhhh-hhhhhhhhhhhh"
	upperForm  = "HHHHHHHH-HHHH-HHHH-HHHH-HHHHHHHHHHHH"
	numberForm = "00ddddddddddddddddd"
)

// drawID draws an id. Two ids of one run are practically never the same.
func drawID(src Source) string {
	return fill([...]string{serverForm, guidForm, upperForm, numberForm}[src.Intn(4)], src)
}

// idLike draws an id in the form of another.
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

// The ways in which another chat's id is near one (V17). Ids that differ only in case, accents or blanks are another
// matter (D7).
const (
	nearByCharacter = iota
	nearByLength
	nearByZeros
	nearWays
)

// nearID returns an id for another chat that differs little from an id. A GUID stays one.
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

// nextOf returns the character after c among those that may stand in its place.
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
