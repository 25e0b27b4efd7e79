// Command rbac-oracle answers questions with Kubernetes' own code, one JSON document a line, so that the package's
// evaluator can be held against it: authorization by RBAC and for nodes, escalation, aggregation, and what an HTTP
// request asks for.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/go-logr/logr"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/klog/v2"
)

// question holds what may be asked; what is not there is not answered.
type question struct {
	Objects     []json.RawMessage `json:"objects"`
	Aggregate   bool              `json:"aggregate"`
	Users       []asker           `json:"users"`
	Requests    []request         `json:"requests"`
	Node        bool              `json:"node"`
	Escalations []escalation      `json:"escalations"`
	Covers      []cover           `json:"covers"`
	HTTP        [][2]string       `json:"http"`
}

type answer struct {
	Decisions   []decision                     `json:"decisions,omitempty"`
	Nanoseconds int64                          `json:"nanoseconds,omitempty"`
	Aggregated  map[string][]rbacv1.PolicyRule `json:"aggregated,omitempty"`
	Escalations []string                       `json:"escalations,omitempty"`
	Covers      [][]rbacv1.PolicyRule          `json:"covers,omitempty"`
	HTTP        []info                         `json:"http,omitempty"`
}

func main() {
	klog.SetLogger(logr.Discard()) // badly written queries are asked on purpose, and upstream logs each
	in := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		var asked question
		if err := in.Decode(&asked); err != nil {
			return // the other side is done
		}
		answered, err := reply(&asked)
		if err == nil {
			err = encoder.Encode(answered)
		}
		if err == nil {
			err = out.Flush()
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

func reply(asked *question) (*answer, error) {
	objects, err := read(asked.Objects)
	if err != nil {
		return nil, err
	}
	answered := &answer{}
	if asked.Aggregate {
		if answered.Aggregated, err = objects.aggregate(); err != nil {
			return nil, err
		}
	}
	if len(asked.Requests) > 0 {
		answered.Decisions, answered.Nanoseconds = decide(objects, asked)
	}
	answered.Escalations = escalate(objects, asked)
	answered.Covers = covers(asked.Covers)
	if answered.HTTP, err = parse(asked.HTTP); err != nil {
		return nil, err
	}
	return answered, nil
}
