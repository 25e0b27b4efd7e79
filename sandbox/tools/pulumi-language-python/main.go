// Pulumi-language-python passes everything on to the language host that is published as a Go module, and adds to the one
// request that this host doesn't understand: today's engine no longer says in `program` what a plugin is run with, but in
// `info`, and an analyzer (a policy pack) isn't started by its folder but by the SDK's own starter.
//
// Field numbers are those of pulumi/pulumi proto/pulumi/language.proto, messages RunPluginRequest and ProgramInfo.
package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protowire"
)

const (
	runPlugin = "/pulumirpc.LanguageRuntime/RunPlugin"
	published = "pulumi-language-python-published"
	maxSize   = 400 << 20 // as the engine's own

	program, arguments, info, kind = 2, 3, 5, 6
	programDirectory               = 2
)

// asIs leaves messages as they came.
type asIs struct{}

func (asIs) Name() string                        { return "proto" }
func (asIs) Marshal(value any) ([]byte, error)   { return *value.(*[]byte), nil }
func (asIs) Unmarshal(data []byte, to any) error { *to.(*[]byte) = data; return nil }

func main() {
	if err := serve(); err != nil {
		fmt.Fprintln(os.Stderr, "pulumi-language-python:", err)
		os.Exit(1)
	}
}

func serve() error {
	host, address, err := start()
	if err != nil {
		return err
	}
	connection, err := grpc.Dial(address, grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(asIs{}), grpc.MaxCallRecvMsgSize(maxSize), grpc.MaxCallSendMsgSize(maxSize)))
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := grpc.NewServer(grpc.ForceServerCodec(asIs{}), grpc.MaxRecvMsgSize(maxSize), grpc.MaxSendMsgSize(maxSize),
		grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error { return pass(stream, connection) }))
	go func() {
		host.Wait() // it ends when the engine is gone
		server.Stop()
	}()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	return server.Serve(listener)
}

// start runs the published host beside this program and returns its address, which it prints first.
func start() (*exec.Cmd, string, error) {
	this, err := os.Executable()
	if err != nil {
		return nil, "", err
	}
	if this, err = filepath.EvalSymlinks(this); err != nil {
		return nil, "", err
	}
	host := exec.Command(filepath.Join(filepath.Dir(this), published), os.Args[1:]...)
	host.Stderr = os.Stderr
	output, err := host.StdoutPipe()
	if err != nil {
		return nil, "", err
	}
	if err := host.Start(); err != nil {
		return nil, "", err
	}
	reader := bufio.NewReader(output)
	port, err := reader.ReadString('\n')
	if err != nil {
		return nil, "", fmt.Errorf("%s did not say its port: %w", published, err)
	}
	go io.Copy(os.Stderr, reader)
	return host, "127.0.0.1:" + strings.TrimSpace(port), nil
}

// pass hands one call on: every call of a language host has one request and one or more answers.
func pass(stream grpc.ServerStream, connection *grpc.ClientConn) error {
	method, _ := grpc.MethodFromServerStream(stream)
	var request []byte
	if err := stream.RecvMsg(&request); err != nil {
		return err
	}
	if method == runPlugin {
		var err error
		if request, err = understood(request); err != nil {
			return err
		}
	}
	received, _ := metadata.FromIncomingContext(stream.Context())
	ctx, cancel := context.WithCancel(metadata.NewOutgoingContext(stream.Context(), received))
	defer cancel()
	upstream, err := connection.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true}, method)
	if err != nil {
		return err
	}
	if err := upstream.SendMsg(&request); err != nil {
		return err
	}
	if err := upstream.CloseSend(); err != nil {
		return err
	}
	for {
		var answer []byte
		if err := upstream.RecvMsg(&answer); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := stream.SendMsg(&answer); err != nil {
			return err
		}
	}
}

// understood writes a RunPlugin request as the published host reads it: `python <program> <args>`.
func understood(request []byte) ([]byte, error) {
	var kept, folder, what []byte
	var args [][]byte
	err := fields(request, func(number protowire.Number, value, whole []byte) error {
		switch number {
		case program:
		case arguments:
			args = append(args, value)
		case info:
			return fields(value, func(number protowire.Number, value, _ []byte) error {
				if number == programDirectory {
					folder = value
				}
				return nil
			})
		case kind:
			what = value
		default:
			kept = append(kept, whole...)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	command := append([][]byte{folder}, args...)
	if string(what) == "analyzer" { // as today's host does: the SDK's starter takes the engine's address and the folder
		starter := [][]byte{[]byte("-u"), []byte("-m"), []byte("pulumi.policy")}
		command = append(append(starter, args...), folder)
	}
	for index, each := range command {
		number := protowire.Number(arguments)
		if index == 0 {
			number = program
		}
		kept = protowire.AppendTag(kept, number, protowire.BytesType)
		kept = protowire.AppendBytes(kept, each)
	}
	return kept, nil
}

// fields calls back for each field of a message: its number, its value where it is of bytes, and all of it.
func fields(message []byte, each func(protowire.Number, []byte, []byte) error) error {
	for len(message) > 0 {
		number, type_, tag := protowire.ConsumeTag(message)
		if tag < 0 {
			return protowire.ParseError(tag)
		}
		size := protowire.ConsumeFieldValue(number, type_, message[tag:])
		if size < 0 {
			return protowire.ParseError(size)
		}
		var value []byte
		if type_ == protowire.BytesType {
			value, _ = protowire.ConsumeBytes(message[tag:])
		}
		if err := each(number, value, message[:tag+size]); err != nil {
			return err
		}
		message = message[tag+size:]
	}
	return nil
}
