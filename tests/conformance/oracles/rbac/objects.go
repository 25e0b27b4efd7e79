package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sort"

	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// objects is what the API server's informers hold, with the same access paths: bindings by namespace, roles by name.
type objects struct {
	clusterRoles        map[string]*rbacv1.ClusterRole
	roles               map[[2]string]*rbacv1.Role
	clusterRoleBindings []*rbacv1.ClusterRoleBinding
	roleBindings        map[string][]*rbacv1.RoleBinding
}

func read(documents []json.RawMessage) (*objects, error) {
	found := &objects{
		clusterRoles: map[string]*rbacv1.ClusterRole{},
		roles:        map[[2]string]*rbacv1.Role{},
		roleBindings: map[string][]*rbacv1.RoleBinding{},
	}
	for _, document := range documents {
		var meta metav1.TypeMeta
		if err := json.Unmarshal(document, &meta); err != nil {
			return nil, err
		}
		var err error
		switch meta.Kind {
		case "ClusterRole":
			role := &rbacv1.ClusterRole{}
			err = json.Unmarshal(document, role)
			found.clusterRoles[role.Name] = role
		case "Role":
			role := &rbacv1.Role{}
			err = json.Unmarshal(document, role)
			found.roles[[2]string{role.Namespace, role.Name}] = role
		case "ClusterRoleBinding":
			binding := &rbacv1.ClusterRoleBinding{}
			err = json.Unmarshal(document, binding)
			found.clusterRoleBindings = append(found.clusterRoleBindings, binding)
		case "RoleBinding":
			binding := &rbacv1.RoleBinding{}
			err = json.Unmarshal(document, binding)
			found.roleBindings[binding.Namespace] = append(found.roleBindings[binding.Namespace], binding)
		default:
			err = fmt.Errorf("unknown kind %q", meta.Kind)
		}
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// The four methods that upstream's resolver asks; what is not there reads as client-go's listers say it.

func (o *objects) GetClusterRole(_ context.Context, name string) (*rbacv1.ClusterRole, error) {
	if role, ok := o.clusterRoles[name]; ok {
		return role, nil
	}
	return nil, errors.NewNotFound(rbacv1.Resource("clusterrole"), name)
}

func (o *objects) GetRole(_ context.Context, namespace, name string) (*rbacv1.Role, error) {
	if role, ok := o.roles[[2]string{namespace, name}]; ok {
		return role, nil
	}
	return nil, errors.NewNotFound(rbacv1.Resource("role"), name)
}

func (o *objects) ListClusterRoleBindings(context.Context) ([]*rbacv1.ClusterRoleBinding, error) {
	return o.clusterRoleBindings, nil
}

func (o *objects) ListRoleBindings(_ context.Context, namespace string) ([]*rbacv1.RoleBinding, error) {
	return o.roleBindings[namespace], nil
}

// aggregate does what pkg/controller/clusterroleaggregation does at each sync (its selector code is upstream's), over
// and over until no role's rules change; those that select each other may go on changing their order for ever.
func (o *objects) aggregate() (map[string][]rbacv1.PolicyRule, error) {
	names := make([]string, 0, len(o.clusterRoles))
	for name := range o.clusterRoles {
		names = append(names, name)
	}
	sort.Strings(names)
	aggregated := map[string][]rbacv1.PolicyRule{}
	for changed := true; changed; {
		changed = false
		for _, name := range names {
			role := o.clusterRoles[name]
			if role.AggregationRule == nil {
				continue
			}
			rules, err := o.gather(role, names)
			if err != nil {
				return nil, err
			}
			if len(rules) > 0 { // an empty list is a field left out to server-side apply
				changed = changed || !maps.Equal(texts(rules), texts(role.Rules))
				role.Rules = rules
			}
			aggregated[name] = role.Rules
		}
	}
	return aggregated, nil
}

func (o *objects) gather(role *rbacv1.ClusterRole, names []string) ([]rbacv1.PolicyRule, error) {
	rules := []rbacv1.PolicyRule{}
	seen := map[string]bool{}
	for i := range role.AggregationRule.ClusterRoleSelectors {
		selector, err := metav1.LabelSelectorAsSelector(&role.AggregationRule.ClusterRoleSelectors[i])
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			other := o.clusterRoles[name]
			if name == role.Name || !selector.Matches(labels.Set(other.Labels)) {
				continue
			}
			for _, rule := range other.Rules {
				if said := rule.String(); !seen[said] {
					seen[said] = true
					rules = append(rules, rule)
				}
			}
		}
	}
	return rules, nil
}

func texts(rules []rbacv1.PolicyRule) map[string]bool {
	found := map[string]bool{}
	for i := range rules {
		found[rules[i].String()] = true
	}
	return found
}
