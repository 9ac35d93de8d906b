package gen

import "math/bits"

// Seeded is a source of pseudo-random choices: a walk is a function of its seed. It is the splitmix64 generator.
type Seeded struct{ state uint64 }

// Seed returns a source for the numbers, each of which counts.
func Seed(numbers ...uint64) *Seeded {
	s := new(Seeded)
	for _, n := range numbers {
		s.state ^= n
		s.state = s.next()
	}
	return s
}

func (s *Seeded) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Intn draws a number.
func (s *Seeded) Intn(n int) int {
	hi, _ := bits.Mul64(s.next(), uint64(n))
	return int(hi)
}

// Tape is a source that reads a byte per choice, and returns 0 when it has run out.
type Tape struct {
	Bytes []byte
	at    int
}

// Intn reads the next choice.
func (t *Tape) Intn(n int) int {
	if t.at >= len(t.Bytes) {
		return 0
	}
	t.at++
	return int(t.Bytes[t.at-1]) % n
}

// Odometer is a source that makes every sequence of choices once: run it, call Next, and run it again until Next
// reports that there are no more.
type Odometer struct {
	digits, limits []int
	at             int
}

// Intn returns the next digit.
func (o *Odometer) Intn(n int) int {
	if o.at == len(o.digits) {
		o.digits, o.limits = append(o.digits, 0), append(o.limits, n)
	}
	o.at++
	return o.digits[o.at-1]
}

// Next moves on to the next sequence of choices.
func (o *Odometer) Next() bool {
	o.digits, o.limits = o.digits[:o.at], o.limits[:o.at]
	o.at = 0
	for n := len(o.digits) - 1; n >= 0; n-- {
		if o.digits[n]++; o.digits[n] < o.limits[n] {
			return true
		}
		o.digits, o.limits = o.digits[:n], o.limits[:n]
	}
	return false
}
