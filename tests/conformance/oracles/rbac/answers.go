package main

import (
	"context"
	"net/http"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	genericrequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/component-helpers/auth/rbac/validation"
	"k8s.io/kubernetes/pkg/auth/nodeidentifier"
	rulevalidation "k8s.io/kubernetes/pkg/registry/rbac/validation"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/node"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac"
	"k8s.io/kubernetes/plugin/pkg/auth/authorizer/rbac/bootstrappolicy"
)

type asker struct {
	Name   string   `json:"name"`
	Groups []string `json:"groups"`
}

func (a *asker) info() user.Info {
	return &user.DefaultInfo{Name: a.Name, Groups: a.Groups}
}

type request struct {
	User        int     `json:"u"`
	Verb        string  `json:"v"`
	Group       string  `json:"g"`
	Resource    string  `json:"r"`
	Subresource string  `json:"s"`
	Name        string  `json:"n"`
	Namespace   string  `json:"ns"`
	Path        *string `json:"p"`
}

func (r *request) attributes(users []user.Info) authorizer.Attributes {
	asked := &authorizer.AttributesRecord{
		User: users[r.User], Verb: r.Verb, APIGroup: r.Group, Resource: r.Resource, Subresource: r.Subresource,
		Name: r.Name, Namespace: r.Namespace, ResourceRequest: r.Path == nil,
	}
	if r.Path != nil {
		asked.Path = *r.Path
	}
	return asked
}

type decision struct {
	Allowed bool   `json:"a,omitempty"`
	Reason  string `json:"r,omitempty"`
}

// decide measures nothing but the authorizer itself.
func decide(objects *objects, asked *question) ([]decision, int64) {
	var judge authorizer.Authorizer = rbac.New(objects, objects, objects, objects)
	if asked.Node {
		identifier := nodeidentifier.NewDefaultNodeIdentifier()
		judge = node.NewAuthorizer(node.NewGraph(), identifier, bootstrappolicy.NodeRules())
	}
	users := make([]user.Info, len(asked.Users))
	for i := range asked.Users {
		users[i] = asked.Users[i].info()
	}
	attributes := make([]authorizer.Attributes, len(asked.Requests))
	for i := range asked.Requests {
		attributes[i] = asked.Requests[i].attributes(users)
	}
	decisions := make([]decision, len(attributes))
	ctx := context.Background()
	start := time.Now()
	for i := range attributes {
		verdict, reason, _ := judge.Authorize(ctx, attributes[i])
		decisions[i] = decision{Allowed: verdict == authorizer.DecisionAllow, Reason: reason}
	}
	return decisions, time.Since(start).Nanoseconds()
}

type escalation struct {
	User      int                 `json:"u"`
	Namespace string              `json:"ns"`
	Rules     []rbacv1.PolicyRule `json:"rules"`
}

// storage is what the write path reads roles from: its errors name the resource of the request.
type storage struct {
	*objects
	resource string
}

func (s *storage) GetClusterRole(ctx context.Context, name string) (*rbacv1.ClusterRole, error) {
	role, err := s.objects.GetClusterRole(ctx, name)
	if err != nil {
		err = errors.NewNotFound(rbacv1.Resource(s.resource), name)
	}
	return role, err
}

func (s *storage) GetRole(ctx context.Context, namespace, name string) (*rbacv1.Role, error) {
	role, err := s.objects.GetRole(ctx, namespace, name)
	if err != nil {
		err = errors.NewNotFound(rbacv1.Resource(s.resource), name)
	}
	return role, err
}

// escalate answers with the message of the refusal, or nothing.
func escalate(objects *objects, asked *question) []string {
	answers := make([]string, len(asked.Escalations))
	for i, each := range asked.Escalations {
		stored := &storage{objects, "roles"}
		if each.Namespace == "" {
			stored.resource = "clusterroles"
		}
		resolver := rulevalidation.NewDefaultRuleResolver(stored, stored, stored, stored)
		ctx := genericrequest.WithUser(context.Background(), asked.Users[each.User].info())
		ctx = genericrequest.WithNamespace(ctx, each.Namespace)
		if err := rulevalidation.ConfirmNoEscalation(ctx, resolver, each.Rules); err != nil {
			answers[i] = err.Error()
		}
	}
	return answers
}

type cover struct {
	Owner   []rbacv1.PolicyRule `json:"owner"`
	Servant []rbacv1.PolicyRule `json:"servant"`
}

// covers answers with what is not covered.
func covers(asked []cover) [][]rbacv1.PolicyRule {
	answers := make([][]rbacv1.PolicyRule, len(asked))
	for i, each := range asked {
		_, answers[i] = validation.Covers(each.Owner, each.Servant)
	}
	return answers
}

type info struct {
	Refused     bool   `json:"refused,omitempty"`
	Resource    bool   `json:"resource"`
	Verb        string `json:"v"`
	Group       string `json:"g"`
	Kind        string `json:"r"`
	Subresource string `json:"s"`
	Name        string `json:"n"`
	Namespace   string `json:"ns"`
	Path        string `json:"p"`
}

// parse tells what the API server takes a method and a URL for.
func parse(asked [][2]string) ([]info, error) {
	factory := &genericrequest.RequestInfoFactory{
		APIPrefixes:          sets.NewString("api", "apis"),
		GrouplessAPIPrefixes: sets.NewString("api"),
	}
	answers := make([]info, len(asked))
	for i, each := range asked {
		request, err := http.NewRequest(each[0], "https://cluster"+each[1], nil)
		if err != nil {
			return nil, err
		}
		found, err := factory.NewRequestInfo(request)
		answers[i] = info{
			Refused: err != nil, Resource: found.IsResourceRequest, Verb: found.Verb, Group: found.APIGroup,
			Kind: found.Resource, Subresource: found.Subresource, Name: found.Name, Namespace: found.Namespace,
			Path: found.Path,
		}
	}
	return answers, nil
}
