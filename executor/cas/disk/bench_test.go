package disk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
)

func BenchmarkLink(b *testing.B) {
	for _, executable := range []bool{false, true} {
		b.Run(fmt.Sprintf("verified/executable=%v", executable), func(b *testing.B) {
			root := b.TempDir()
			s := open(b, root)
			d := put(b, s, "hello")
			if err := s.Link(b.Context(), d, executable, filepath.Join(root, "tmp", "first")); err != nil {
				b.Fatal(err)
			}
			age(b, filepath.Join(root, "tmp", "first"))
			dst := filepath.Join(root, "tmp", "dst")
			for b.Loop() {
				if err := s.Link(b.Context(), d, executable, dst); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				if err := os.Remove(dst); err != nil {
					b.Fatal(err)
				}
				b.StartTimer()
			}
		})
	}
}

func BenchmarkMissing(b *testing.B) {
	for name, there := range map[string]bool{"there": true, "not there": false} {
		b.Run("100 "+name, func(b *testing.B) {
			s := open(b, b.TempDir())
			var all []digest.Digest
			for n := range 100 {
				data := fmt.Sprint(n)
				if there {
					put(b, s, data)
				}
				all = append(all, digest.Of([]byte(data)))
			}
			for b.Loop() {
				if _, err := s.Missing(b.Context(), all); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkPut(b *testing.B) {
	for _, size := range []int{100, 64 << 10, 4 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := open(b, b.TempDir())
			data := make([]byte, size)
			b.SetBytes(int64(size))
			for n := 0; b.Loop(); n++ {
				copy(data, fmt.Sprint(n))
				if _, err := s.Put(b.Context(), data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead(b *testing.B) {
	for _, size := range []int{100, 64 << 10, 4 << 20} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := open(b, b.TempDir())
			d := put(b, s, string(make([]byte, size)))
			b.SetBytes(int64(size))
			for b.Loop() {
				if _, err := cas.ReadAll(b.Context(), s, d, d.Size); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkImport(b *testing.B) {
	for name, how := range map[string]cas.How{"copy": cas.Copy, "move": cas.Move} {
		for _, size := range []int{100, 1 << 20} {
			b.Run(fmt.Sprint(name, "/", size), func(b *testing.B) {
				root := b.TempDir()
				s := open(b, root)
				src := filepath.Join(root, "src")
				data := make([]byte, size)
				b.SetBytes(int64(size))
				for n := 0; b.Loop(); n++ {
					b.StopTimer()
					copy(data, fmt.Sprint(n))
					if err := os.WriteFile(src, data, 0o644); err != nil {
						b.Fatal(err)
					}
					b.StartTimer()
					if _, err := s.Import(b.Context(), src, how); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
