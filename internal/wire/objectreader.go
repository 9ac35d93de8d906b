package wire

// ObjectReader reads rows from JSON objects that are not lines themselves, but made of something else.
type ObjectReader[T any] struct {
	lines   *lines
	objects *objects[T]
}

// NewObjectReader returns a reader of rows of a form.
func NewObjectReader[T any](f *Form[T], r *Reading) *ObjectReader[T] {
	l := newLines("", nil, nil)
	return &ObjectReader[T]{l, newObjects(f, r, bind(f, nil), l.names)}
}

// Read reads a row; the error names the line of the file.
func (r *ObjectReader[T]) Read(file string, line int, object []byte, row *T) *LineError {
	r.lines.file, r.lines.line = file, line
	return readObject(r.lines, r.objects, object, row)
}
