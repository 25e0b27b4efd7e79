// Hollow-kubelet runs Kubernetes' real kubelet without a machine under it, as kubemark does: it authenticates, registers its
// Node, renews its Lease, reports its status and runs pods in a runtime that only pretends. Unlike the kubemark command
// it serves nothing to the network and keeps all its files in the folder it is started in.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"
	noop "go.opentelemetry.io/otel/trace/noop"
	v1 "k8s.io/api/core/v1"
	clientset "k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
	cliflag "k8s.io/component-base/cli/flag"
	remote "k8s.io/cri-client/pkg"
	fakeremote "k8s.io/cri-client/pkg/fake"
	"k8s.io/klog/v2"
	kubeletoptions "k8s.io/kubernetes/cmd/kubelet/app/options"
	"k8s.io/kubernetes/pkg/kubelet/apis/config"
	cadvisortest "k8s.io/kubernetes/pkg/kubelet/cadvisor/testing"
	"k8s.io/kubernetes/pkg/kubelet/cm"
	"k8s.io/kubernetes/pkg/kubemark"
	utilflag "k8s.io/kubernetes/pkg/util/flag"
)

// here is the folder it is started in. Written out, its path would soon be longer than the 107 bytes that the name of a
// socket may have.
const here = "/proc/self/cwd"

const runtimeEndpoint = "unix://" + here + "/runtime.sock"

const statusEvery = 5 * time.Second

type node struct {
	name, kubeconfig string
	labels           map[string]string
	taints           []v1.Taint
}

func main() {
	klog.InitFlags(nil)
	n := node{labels: map[string]string{}}
	flags := pflag.NewFlagSet("hollow-kubelet", pflag.ExitOnError)
	flags.AddGoFlagSet(flag.CommandLine)
	flags.StringVar(&n.name, "name", "", "name of the Node")
	flags.StringVar(&n.kubeconfig, "kubeconfig", "", "how to reach the API server, and as whom")
	labels := cliflag.ConfigurationMap(n.labels)
	flags.Var(&labels, "node-labels", "labels of the Node")
	flags.Var(utilflag.RegisterWithTaintsVar{Value: &n.taints}, "register-with-taints", "taints of the Node")
	if err := flags.Parse(os.Args[1:]); err != nil || n.name == "" || n.kubeconfig == "" {
		fmt.Fprintln(os.Stderr, "usage: hollow-kubelet --name NODE --kubeconfig FILE")
		os.Exit(2)
	}
	if err := n.run(context.Background()); err != nil {
		klog.Fatal(err)
	}
}

func (n node) run(ctx context.Context) error {
	reach, err := clientcmd.BuildConfigFromFlags("", n.kubeconfig)
	if err != nil {
		return fmt.Errorf("kubeconfig: %w", err)
	}
	reach.UserAgent = "kubelet"
	client, err := clientset.NewForConfig(reach)
	if err != nil {
		return err
	}
	runtime := fakeremote.NewFakeRemoteRuntime()
	if err := runtime.Start(runtimeEndpoint); err != nil {
		return fmt.Errorf("pretended runtime: %w", err)
	}
	defer runtime.Stop()
	service, err := remote.NewRemoteRuntimeService(ctx, runtimeEndpoint, 15*time.Second, noop.NewTracerProvider(), false)
	if err != nil {
		return fmt.Errorf("pretended runtime: %w", err)
	}
	options, settings := kubemark.GetHollowKubeletConfig(&kubemark.HollowKubeletOptions{
		NodeName: n.name, MaxPods: 110, NodeLabels: n.labels, RegisterWithTaints: n.taints,
	})
	if err := keepHere(options, settings); err != nil {
		return err
	}
	settings.EnableServer = false
	settings.ProviderID = ""
	settings.NodeStatusUpdateFrequency.Duration = statusEvery
	kubemark.NewHollowKubelet(
		options, settings, client, client, &cadvisortest.Fake{NodeName: n.name}, runtime.ImageService, service,
		cm.NewStubContainerManager(),
	).Run(ctx)
	return nil
}

// keepHere takes the folders that kubemark's settings have made under /tmp away, and uses the working directory.
func keepHere(options *kubeletoptions.KubeletFlags, settings *config.KubeletConfiguration) error {
	if err := os.RemoveAll(options.RootDirectory); err != nil {
		return err
	}
	options.RootDirectory = filepath.Join(here, "kubelet")
	settings.StaticPodPath = filepath.Join(here, "static-pods")
	settings.PodLogsDir = filepath.Join(here, "pod-logs")
	for _, folder := range []string{options.RootDirectory, settings.StaticPodPath, settings.PodLogsDir} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
	}
	return nil
}
