package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/chatproof/chatproof/model"
)

// maxShards bounds N of I/N.
const maxShards = 1_000_000

// shardVariables says, in the help of --shard, what the default is.
const shardVariables = "without this flag, the shard is taken from the environment: " +
	"JOB_COMPLETION_INDEX (counted from 0) and JOB_COMPLETIONS, or CI_NODE_INDEX and CI_NODE_TOTAL"

// schedulers lists the variables in which a scheduler gives a job its index and the total, and the first index.
var schedulers = []struct {
	index, total string
	from         int
}{
	{"JOB_COMPLETION_INDEX", "JOB_COMPLETIONS", 0}, // Kubernetes, an indexed job; it sets only the first
	{"CI_NODE_INDEX", "CI_NODE_TOTAL", 1},          // GitLab CI
}

// shardOf returns the shard that flag I/N names or, without it, the scheduler. The default is the whole, 1 of 1.
func shardOf(flag string) (i, n int, err error) {
	if flag != "" {
		return parseShard(flag)
	}
	for _, s := range schedulers {
		index, total := os.Getenv(s.index), os.Getenv(s.total)
		if index == "" {
			continue
		}
		if i, n, ok := shardNumbers(index, total, s.from); ok {
			return i, n, nil
		}
		return 0, 0,
			fmt.Errorf("%[1]s=%[2]s, %[3]s=%[4]s: there is no such shard; expected %[1]s to be the number of this "+
				"shard, counted from %[5]d, and %[3]s the number of all shards; correct them, or give --shard I/N (1/1 "+
				"is everything)", s.index, model.Name(index), s.total, model.Name(total), s.from)
	}
	return 1, 1, nil
}

// parseShard reads I/N; "" is the whole, 1 of 1.
func parseShard(flag string) (i, n int, err error) {
	if flag == "" {
		return 1, 1, nil
	}
	first, second, _ := strings.Cut(flag, "/")
	if i, n, ok := shardNumbers(first, second, 1); ok {
		return i, n, nil
	}
	return 0, 0, fmt.Errorf("--shard: expected I/N, such as 2/5, with I from 1 to N and N at most %d, got %s",
		maxShards, model.Word(flag))
}

func shardNumbers(index, total string, from int) (i, n int, ok bool) {
	i, err := strconv.Atoi(index)
	if err != nil || i < from {
		return 0, 0, false
	}
	n, err = strconv.Atoi(total)
	i += 1 - from
	return i, n, err == nil && i <= n && n <= maxShards
}
