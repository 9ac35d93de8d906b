package wire

import "time"

// twoDigits reads a number of two digits; for anything else it returns a very large one.
func twoDigits[S string | []byte](b S, at int) int {
	tens, ones := int(b[at])-'0', int(b[at+1])-'0'
	if uint(tens) > 9 || uint(ones) > 9 {
		return 1 << 20
	}
	return 10*tens + ones
}

// ParseTime reads the usual forms of RFC 3339: upper case, a full stop before the fraction. ok is false for other
// forms, and for what is no time.
func ParseTime[S string | []byte](b S) (t time.Time, ok bool) {
	seconds, nanos, ok := parseTime(b)
	if !ok {
		return t, false
	}
	return time.Unix(seconds, int64(nanos)).UTC(), true
}

// parseTime is ParseTime, in seconds since 1970 and nanoseconds.
func parseTime[S string | []byte](b S) (seconds int64, nanos int, ok bool) {
	const form = "2006-01-02T15:04:05"
	if len(b) <= len(form) || b[4] != '-' || b[7] != '-' || b[10] != 'T' || b[13] != ':' || b[16] != ':' {
		return 0, 0, false
	}
	year, month, day := 100*twoDigits(b, 0)+twoDigits(b, 2), twoDigits(b, 5), twoDigits(b, 8)
	hour, minute, second := twoDigits(b, 11), twoDigits(b, 14), twoDigits(b, 17)
	if year < 1 || year > 9998 || month < 1 || month > 12 || day < 1 || day > 28 && day > daysIn(year, month) ||
		hour > 23 || minute > 59 || second > 59 {
		return 0, 0, false
	}
	b = b[len(form):]
	if b[0] == '.' {
		i := 1
		for scale := 100_000_000; i < len(b) && isDigit(b[i]); i++ {
			nanos += scale * int(b[i]-'0')
			scale /= 10
		}
		if i == 1 || i > 10 || i == len(b) {
			return 0, 0, false
		}
		b = b[i:]
	}
	zone := 0
	switch {
	case len(b) == 1 && b[0] == 'Z':
	case len(b) == 6 && (b[0] == '+' || b[0] == '-') && b[3] == ':':
		h, m := twoDigits(b, 1), twoDigits(b, 4)
		if h > 23 || m > 59 {
			return 0, 0, false
		}
		zone = 60 * (60*h + m)
		if b[0] == '-' {
			zone = -zone
		}
	default:
		return 0, 0, false
	}
	return 86400*days(year, month, day) + int64(3600*hour+60*minute+second-zone), nanos, true
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// days counts the days since 1970 in the Gregorian calendar, with the year taken to begin in March.
func days(year, month, day int) int64 {
	month -= 3
	if month < 0 {
		month += 12
		year--
	}
	return int64(365*year + year/4 - year/100 + year/400 + (153*month+2)/5 + day - 719469)
}
