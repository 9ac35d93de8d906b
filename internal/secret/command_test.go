package secret

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

const hidden = "hunter2Hunter2"

// Wherever a credential stands in a command line, it is not shown, not even if the program echoes it.
func TestSecretsOfCommands(t *testing.T) {
	for _, words := range []string{
		"etl --password §", "etl --password=§", "etl -password §", "etl --db-password §", "etl --passwd=§", "etl --pwd §", "etl --pass §",
		"etl --token §", "etl --token=§", "etl --auth-token=§", "etl --access_token §", "etl --secret §", "etl --client-secret=§", "etl --clientSecret §",
		"etl --api-key §", "etl --api_key=§", "etl --apikey §", "etl --access-key=§", "etl --credential §", "mysql -p§", "curl -u me:§", "curl --user me:§",
		"curl -H Authorization:_Bearer_§", "curl -H Authorization:_§", "curl --header X-Api-Key:_§", "curl -H Cookie:_session=§", "curl http://h/?token=§",
		"curl http://h/?a=b&api_key=§&c=d", "curl https://me:§@h/", "psql postgres://me:§@h/db", "psql host=h_password=§", "isql jdbc:oracle:thin:me/§@h:1521/x",
		"isql Server=h;Password=§;Encrypt=yes", "env PGPASSWORD=§ etl", "env MY_TOKEN=§ etl", "az --sas=§", "etl --url=https://me:§@h/",
	} {
		argv := strings.Fields(strings.ReplaceAll(words, "§", hidden))
		for i := range argv {
			argv[i] = strings.ReplaceAll(argv[i], "_B", " B")
			argv[i] = strings.ReplaceAll(argv[i], ":_", ": ")
			argv[i] = strings.ReplaceAll(argv[i], "Bearer_", "Bearer ")
			argv[i] = strings.ReplaceAll(argv[i], "h_password", "h password")
		}
		shown, values := Command(argv)
		assert.NotContains(t, strings.Join(shown, " "), hidden, words)
		assert.Equal(t, len(argv), len(shown))
		assert.NotContains(t, values.Hide("cannot log in with "+hidden+"!"), hidden, words)
		assert.Equal(t, argv[0], shown[0])
	}
}

// Nothing else is hidden.
func TestNoSecretsOfCommands(t *testing.T) {
	for _, words := range []string{
		"etl --port 8080", "etl -p 8080", "etl -p8080", "etl -print", "etl -profile", "etl --tokenizer bpe", "etl --max-tokens 5", "etl --token-file t.txt",
		"etl --password-file p.txt", "etl --keyspace ks", "etl --primary-key id", "etl --key id", "etl --compass north", "etl --bypass", "etl --author ana",
		"etl --authenticate", "etl --lang=en", "etl --user ana", "curl -u ana", "curl -H Accept-Language: en", "curl -H Content-Type: text/csv",
		"curl http://localhost:8080/classify", "curl http://h/?page=2&token_type=x", "psql postgres://me@h/db", "sqlite3 sqlite:facts.db", "python3 my.py --verbose",
		"node my.js", "java -jar etl.jar", "env LANG=C etl", "env PASSENGERS=5 etl", "etl --sigma=3", "etl --secretary ana", "etl C:/data/x.csv", "etl --password --verbose",
	} {
		argv := strings.Split(strings.ReplaceAll(words, ": ", ":_"), " ")
		for i := range argv {
			argv[i] = strings.ReplaceAll(argv[i], ":_", ": ")
		}
		shown, values := Command(argv)
		assert.Equal(t, argv, shown)
		assert.Empty(t, values.longest, words)
	}
}

func TestOfEnvironment(t *testing.T) {
	v := OfEnvironment([]string{"PGPASSWORD=" + hidden, "HOME=/root", "TOKEN=short", "DATABASE_URL=postgres://me:" + hidden + "x@h/db"})
	assert.Equal(t, "… and … in /root, short", v.Hide(hidden+" and "+hidden+"x in /root, short"))
}
