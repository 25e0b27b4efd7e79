// Answers in bulk what aws-iam-authenticator makes of aws-auth ConfigMaps: one JSON document a line in, one out.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	_ "unsafe" // for go:linkname: what decides is not exported

	"github.com/sirupsen/logrus"
	"sigs.k8s.io/aws-iam-authenticator/pkg/config"
	"sigs.k8s.io/aws-iam-authenticator/pkg/ec2provider"
	"sigs.k8s.io/aws-iam-authenticator/pkg/mapper"
	"sigs.k8s.io/aws-iam-authenticator/pkg/mapper/configmap"
	_ "sigs.k8s.io/aws-iam-authenticator/pkg/server"
	"sigs.k8s.io/aws-iam-authenticator/pkg/token"
)

// handler has the layout of pkg/server's, as far as doMapping reads it.
type handler struct {
	http.ServeMux
	verifier      token.Verifier
	ec2Provider   ec2provider.EC2Provider
	clusterID     string
	backendMapper struct {
		mappers      []mapper.Mapper
		mapperStopCh chan struct{}
		currentModes string
	}
	backendModeConfigInitDone bool
	scrubbedAccounts          []string
	cfg                       config.Config
}

//go:linkname doMapping sigs.k8s.io/aws-iam-authenticator/pkg/server.(*handler).doMapping
func doMapping(h *handler, ctx context.Context, identity *token.Identity) (string, []string, error)

//go:linkname saveMap sigs.k8s.io/aws-iam-authenticator/pkg/mapper/configmap.(*MapStore).saveMap
func saveMap(ms *configmap.MapStore, users []config.UserMapping, roles []config.RoleMapping, accounts []string)

// instances knows every EC2 instance by a name that follows from its id.
type instances struct{}

func (instances) GetPrivateDNSName(_ context.Context, id string) (string, error) {
	return id + ".ec2.internal", nil
}

func (instances) StartEc2DescribeBatchProcessing(context.Context) {}

type identity struct {
	ARN       string `json:"arn"`
	Account   string `json:"account"`
	Session   string `json:"session"`
	UserID    string `json:"userid"`
	AccessKey string `json:"accessKey"`
}

type oneCase struct {
	Data       map[string]string `json:"data"`
	Identities []identity        `json:"identities"`
}

type line struct {
	ARN      string   `json:"arn"`
	Username string   `json:"username"`
	Groups   []string `json:"groups"`
}

type mapped struct {
	Mapped   bool     `json:"mapped"`
	Username string   `json:"username"`
	Groups   []string `json:"groups"`
	Error    string   `json:"error"`
}

type answer struct {
	Panic    string   `json:"panic"`
	Error    string   `json:"error"`
	Roles    []line   `json:"roles"` // without those that have sso
	SSO      int      `json:"sso"`
	Users    []line   `json:"users"`
	Accounts []string `json:"accounts"`
	Mapped   []mapped `json:"mapped"`
}

func reply(asked *oneCase) (answered answer) {
	defer func() {
		if caught := recover(); caught != nil {
			answered = answer{Panic: fmt.Sprint(caught)}
		}
	}()
	users, roles, accounts, err := configmap.ParseMap(asked.Data)
	if err != nil {
		answered.Error = err.Error()
	}
	for _, user := range users {
		answered.Users = append(answered.Users, line{user.UserARN, user.Username, user.Groups})
	}
	for _, role := range roles {
		if role.SSO != nil {
			answered.SSO++
		} else {
			answered.Roles = append(answered.Roles, line{role.RoleARN, role.Username, role.Groups})
		}
	}
	answered.Accounts = accounts
	store := &configmap.MapStore{}
	saveMap(store, users, roles, accounts)
	h := &handler{ec2Provider: instances{}}
	h.backendMapper.mappers = []mapper.Mapper{&configmap.ConfigMapMapper{MapStore: store}}
	for _, each := range asked.Identities {
		username, groups, err := doMapping(h, context.Background(), &token.Identity{
			ARN: each.ARN, CanonicalARN: each.ARN, AccountID: each.Account, SessionName: each.Session,
			UserID: each.UserID, AccessKeyID: each.AccessKey,
		})
		one := mapped{Mapped: err == nil, Username: username, Groups: groups}
		if err != nil {
			one.Error = err.Error()
		}
		answered.Mapped = append(answered.Mapped, one)
	}
	return answered
}

func main() {
	logrus.SetOutput(io.Discard) // broken ConfigMaps are asked on purpose
	in := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<20))
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(out)
	for {
		var asked struct {
			Cases   []oneCase    `json:"cases"`
			Reviews []reviewCase `json:"reviews"`
		}
		if err := in.Decode(&asked); err != nil {
			return // the other side is done
		}
		answers := make([]answer, len(asked.Cases))
		for i := range asked.Cases {
			answers[i] = reply(&asked.Cases[i])
		}
		reviewed, err := reviews(asked.Reviews)
		if err == nil {
			err = encoder.Encode(map[string]any{"answers": answers, "reviews": reviewed})
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
