package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/chatproof/chatproof/internal/engine"
	"github.com/chatproof/chatproof/internal/needs"
)

var digestLine = regexp.MustCompile("(?m)^Suite digest: `([0-9a-f]*)`$")

// What the suite asks does not change unsaid: the top entry of the changes is of this version, and bears its digest.
// -update writes the digest; what has changed is for a person to write.
func TestChangesAreTold(t *testing.T) {
	needs.Tree(t)
	text, err := os.ReadFile("CHANGELOG.md")
	require.NoError(t, err)
	_, entry, found := strings.Cut(string(text), "\n## ")
	require.True(t, found)
	heading, entry, _ := strings.Cut(entry, "\n")
	assert.Equal(t, engine.Version, heading, "the top entry is of another version than 'chatproof version'")
	entry, _, _ = strings.Cut(entry, "\n## ")
	at := digestLine.FindStringSubmatch(entry)
	require.NotNil(t, at, "the top entry has no line Suite digest: `…`")
	if *update {
		changed := strings.Replace(string(text), at[0], "Suite digest: `"+engine.Digest()+"`", 1)
		require.NoError(t, os.WriteFile("CHANGELOG.md", []byte(changed), 0o666))
		return
	}
	assert.Equal(t, engine.Digest(), at[1], "the suite asks something else than its top entry in CHANGELOG.md was written for: say there what, and go test ./docs -update")
}

// The scripts of action.yml run as they stand in an empty repository, with what GitHub would set, for a program that
// conforms and for one that does not.
func TestAction(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	needs.Program(t, "bash")
	needs.Program(t, "python3")
	root, err := os.Getwd()
	require.NoError(t, err)
	text, err := os.ReadFile("action.yml")
	require.NoError(t, err)
	var action struct {
		Inputs map[string]struct{ Default string }
		Runs   struct {
			Steps []struct {
				Shell, Run string
				Env        map[string]string
			}
		}
	}
	require.NoError(t, yaml.Unmarshal(text, &action))
	for _, tt := range []struct {
		name, command string
		conforms      bool
	}{
		{"conforms", "python3 '" + root + "/examples/python/classify.py'", true},
		{"does not", "python3 '" + root + `/examples/python/classify.py' | sed "s/ReceivedTransfer/RoutedTo/"`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir, temp, runner := t.TempDir(), t.TempDir(), t.TempDir()
			paths, summary := filepath.Join(temp, "path"), filepath.Join(temp, "summary")
			given := map[string]string{"command": tt.command, "arguments": "--generated 0 --tags @R2"}
			scripts, path := 0, os.Getenv("PATH")
			for _, step := range action.Runs.Steps {
				if step.Run == "" {
					continue
				}
				assert.NotContains(t, step.Run, "${{", "a value in a script is code")
				scripts++
				cmd := exec.Command(step.Shell, "-e", "-o", "pipefail", "-c", kept(step.Run))
				cmd.Dir = dir
				cmd.Env = append(os.Environ(), "PATH="+path, "GITHUB_ACTIONS=true", "GITHUB_ACTION_PATH="+root, "RUNNER_TEMP="+runner, "GITHUB_PATH="+paths, "GITHUB_STEP_SUMMARY="+summary)
				for name, value := range step.Env {
					input := strings.TrimSuffix(strings.TrimPrefix(value, "${{ inputs."), " }}")
					declared, found := action.Inputs[input]
					require.True(t, found, "%s: no input %s", name, input)
					if v, ok := given[input]; ok {
						declared.Default = v
					}
					cmd.Env = append(cmd.Env, name+"="+declared.Default)
				}
				out, err := cmd.CombinedOutput()
				if scripts == 1 || tt.conforms {
					require.NoError(t, err, string(out))
				} else {
					assert.ErrorContains(t, err, "exit status 1")
					assert.Contains(t, string(out), "::error ")
				}
				if added, err := os.ReadFile(paths); err == nil {
					path = strings.TrimSpace(string(added)) + ":" + os.Getenv("PATH")
				}
			}
			assert.Equal(t, 2, scripts)
			assert.FileExists(t, filepath.Join(runner, "chatproof", "chatproof"))
			assert.FileExists(t, filepath.Join(dir, action.Inputs["report"].Default, "results.jsonl"))
			told, err := os.ReadFile(summary)
			require.NoError(t, err)
			assert.Equal(t, tt.conforms, strings.HasPrefix(string(told), "## Conforms"), string(told[:min(len(told), 200)]))
		})
	}
}

// The forms for issues are forms: each field has an id of its own and a label, and what must be left out is said.
func TestIssueForms(t *testing.T) {
	t.Parallel()
	needs.Tree(t)
	files, err := filepath.Glob(".github/ISSUE_TEMPLATE/*.yml")
	require.NoError(t, err)
	require.Len(t, files, 2)
	for _, file := range files {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		var form struct {
			Name, Description string
			Body              []struct {
				Type, ID   string
				Attributes struct{ Label, Value string }
			}
		}
		require.NoError(t, yaml.Unmarshal(text, &form), file)
		assert.NotEmpty(t, form.Name, file)
		assert.NotEmpty(t, form.Description, file)
		seen := make(map[string]bool)
		for _, field := range form.Body {
			if field.Type == "markdown" {
				assert.NotEmpty(t, field.Attributes.Value, file)
				continue
			}
			assert.Contains(t, []string{"input", "textarea", "dropdown", "checkboxes"}, field.Type, file)
			assert.NotEmpty(t, field.Attributes.Label, file)
			assert.False(t, field.ID == "" || seen[field.ID], "%s: %q", file, field.ID)
			seen[field.ID] = true
		}
		for _, command := range regexp.MustCompile("`(chatproof [^`]*)`").FindAllStringSubmatch(string(text), -1) {
			verb := strings.NewReplacer("chatproof ", built(t)+"/chatproof ", "ID", "documented/1.6/visibility-mode-3", "DIALECT", "sqlserver").Replace(command[1])
			out, err := exec.Command("sh", "-c", verb).CombinedOutput()
			assert.NoError(t, err, "%s: %s\n%s", file, command[1], out)
		}
	}
}
