package process

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestBinaryWithoutItsLoader(t *testing.T) {
	path := write(t, t.TempDir(), "tool", elfWithLoader(t, "/no/such/ld.so"), 0o755)
	got := startError(t.Context(), t, Spec{Argv: []string{path}})
	if diff := cmp.Diff(StartError(&BadInterpreter{path, "/no/such/ld.so", syscall.ENOENT}), got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

// elfWithLoader is the smallest 64-bit binary for this machine that asks for a loader.
func elfWithLoader(t testing.TB, loader string) string {
	t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	var header elf.Header64 // ours has the right class, order and machine
	var order binary.ByteOrder = binary.LittleEndian
	if self[elf.EI_DATA] == byte(elf.ELFDATA2MSB) {
		order = binary.BigEndian
	}
	if err := binary.Read(bytes.NewReader(self), order, &header); err != nil {
		t.Fatal(err)
	}
	headerSize, progSize := binary.Size(header), binary.Size(elf.Prog64{})
	header.Phoff, header.Phnum, header.Phentsize = uint64(headerSize), 1, uint16(progSize)
	header.Shoff, header.Shnum, header.Shstrndx = 0, 0, 0
	size := uint64(len(loader) + 1)
	prog := elf.Prog64{
		Type: uint32(elf.PT_INTERP), Flags: uint32(elf.PF_R),
		Off: uint64(headerSize + progSize), Filesz: size, Memsz: size, Align: 1,
	}
	var b bytes.Buffer
	for _, part := range []any{header, prog, []byte(loader + "\x00")} {
		if err := binary.Write(&b, order, part); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func FuzzInterpreter(f *testing.F) {
	for _, seed := range []string{
		"#!/bin/sh\n", "#! /usr/bin/env -S python3 -u\n", "#!\n", "#!", "#!/a\x00b", "\x7fELF", elfWithLoader(f, "/lib/ld.so"), "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		name := shebang(data)
		if strings.ContainsAny(name, " \t\n\x00") {
			t.Errorf("interpreter %q", name)
		}
		if name != "" && !bytes.HasPrefix(data, []byte("#!")) {
			t.Errorf("interpreter %q of no script", name)
		}
		if name := loader(bytes.NewReader(data)); len(name) > 4096 {
			t.Errorf("loader of %d bytes", len(name))
		}
	})
}
