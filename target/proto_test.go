//go:build unix

package target
import ("testing";"os/exec";"strings";"strconv";"syscall";"time";"fmt";"github.com/stretchr/testify/require")
func TestProtoDF(t *testing.T) {
	batch := batchOf(1)
	left := 0
	began := time.Now()
	for i := range 2000 {
	   _, err := (&Filter{Argv: []string{"/tmp/df",fmt.Sprint(i*3)}, Timeout: ample}).Ask(t.Context(), batch)
	   require.NoError(t, err)
	   out, _ := exec.Command("pgrep","-x","sleep|df").Output()
	   for _, l := range strings.Fields(string(out)) { n, _ := strconv.Atoi(l); syscall.Kill(n, 9) ; left++ }
	}
	t.Log("left", left, time.Since(began))
}
func TestProtoHY(t *testing.T) {
	batch := batchOf(1)
	for _, us := range []string{"5000","2000","1000","500","0"} {
	began := time.Now()
	   round, err := (&Filter{Argv: []string{"/tmp/hy",us}, Timeout: 2*time.Second}).Ask(t.Context(), batch)
	   require.NoError(t, err)
	   out, _ := exec.Command("pgrep","-x","hy").Output()
	t.Log(us, "left", string(out), time.Since(began), round.Answers[0].Failure)
	exec.Command("sh","-c",`for i in $(seq 3000); do pkill -9 -x hy || break; done`).Run()
	   }
}
