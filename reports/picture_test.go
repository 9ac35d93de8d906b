package reports

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
)

// The README shows the top of a report as it looks now, except for fonts: that of a program that is wrong about
// transfers. -update takes the picture anew.
func TestPictureOfAReport(t *testing.T) {
	const file = "../docs/report.png"
	r := read(t, "report/results.jsonl", record(t, routed, 1, 1, 1))
	r.Header.Environment = &engine.Environment{Command: []string{"python3", "classify.py"}}
	p := open(t, browser(t), written(t, r),
		command(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1000, Height: 640, DeviceScaleFactor: 1}))
	shot, err := chromedp.Run(p, chromedp.CaptureScreenshot())
	require.NoError(t, err)
	if *update {
		require.NoError(t, os.WriteFile(file, shot, 0o666))
	}
	kept, err := os.ReadFile(file)
	require.NoError(t, err)
	got, want := decoded(t, shot), decoded(t, kept)
	require.Equal(t, want.Bounds(), got.Bounds())
	other := 0
	for y := range want.Bounds().Dy() {
		for x := range want.Bounds().Dx() {
			a, _, _, _ := want.At(x, y).RGBA()
			b, _, _, _ := got.At(x, y).RGBA()
			if max(a, b)-min(a, b) > 0x6000 {
				other++
			}
		}
	}
	assert.Less(t, 100*other/(want.Bounds().Dx()*want.Bounds().Dy()), 8, "the page looks otherwise: go test ./reports -run Picture -update")
}

func decoded(t *testing.T, b []byte) image.Image {
	t.Helper()
	picture, err := png.Decode(bytes.NewReader(b))
	require.NoError(t, err)
	return picture
}
