package actioncache_test

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"math"
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/holdfast-go/holdfast/executor/action"
	"github.com/holdfast-go/holdfast/executor/actioncache"
	"github.com/holdfast-go/holdfast/executor/actioncache/actioncachetest"
	"github.com/holdfast-go/holdfast/executor/cas"
	"github.com/holdfast-go/holdfast/executor/digest"
	"google.golang.org/protobuf/proto"
)

// The offsets, from the description of an entry.
const sumAt, versionAt, keyAt, messageAt = 4, 36, 40, 80

// entry seals message as an entry of key.
func entry(key digest.Digest, version uint32, message []byte) []byte {
	data := append([]byte("hfac"), make([]byte, sha256.Size)...)
	data = binary.BigEndian.AppendUint32(data, version)
	data = append(data, key.Hash[:]...)
	data = binary.BigEndian.AppendUint64(data, uint64(key.Size))
	data = append(data, message...)
	sum := sha256.Sum256(data[versionAt:])
	copy(data[sumAt:], sum[:])
	return data
}

func TestFormatNeverDrifts(t *testing.T) {
	key := actioncachetest.Key(1)
	r := &action.Result{Files: []action.File{{Path: "a", Digest: digest.Empty}}}
	message, err := proto.Marshal(r.Proto())
	if err != nil {
		t.Fatal(err)
	}
	got, bad := actioncache.Encode(key, r)
	if bad != nil {
		t.Fatal(bad)
	}
	if d := cmp.Diff(entry(key, 1, message), got); d != "" {
		t.Errorf("not as described (-want +got):\n%s", d)
	}
	// Programs of other versions read it: a change needs another version number.
	const golden = "686661630b6ca0fd39fa14a3d8a5a9fc1b5cccee2147b6a7b725ac48b245fc157bea779a000000018ef7da3db4bfac19354bd755941127f1c93b924970bbe7ad506f8a9a765298150000000000000008"
	if got := hex.EncodeToString(got[:messageAt]); got != golden {
		t.Errorf("got %s, want %s", got, golden)
	}
	if back := actioncache.KeyOf(got); back != key {
		t.Errorf("KeyOf = %s, want %s", back, key)
	}
	if none := actioncache.KeyOf(got[:messageAt-1]); !none.IsZero() {
		t.Errorf("KeyOf found %s in too few bytes", none)
	}
}

func TestDecodeSaysWhy(t *testing.T) {
	key, other := actioncachetest.Key(1), actioncachetest.Key(2)
	resized := key
	resized.Size++
	broken := entry(key, 1, nil)
	broken[sumAt] ^= 1
	outside, err := proto.Marshal(&repb.ActionResult{OutputFiles: []*repb.OutputFile{{Path: "/etc/passwd"}}})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "cache entry of action " + key.String() + ": not an entry"},
		{"something else", make([]byte, 1000), "cache entry of action " + key.String() + ": not an entry"},
		{"a broken sum", broken, "cache entry of action " + key.String() + ": the checksum is of other bytes"},
		{"another's", entry(other, 1, nil), "cache entry of action " + key.String() + ": it is the entry of action " + other.String()},
		{"another's in another format", entry(other, 2, nil), "cache entry of action " + key.String() + ": it is the entry of action " + other.String()},
		{"of another size", entry(resized, 1, nil), "no result of action " + key.String() + ": absent"},
		{"of another format", entry(key, 2, []byte("\xff")), "no result of action " + key.String() + ": written in another format"},
		{"no message", entry(key, 1, []byte("\xff")), "cache entry of action " + key.String() + ": not an ActionResult message: proto:"},
		{"no result", entry(key, 1, outside), "cache entry of action " + key.String() + `: not the result of an action: result.output_files: "/etc/passwd": the path is absolute`},
	} {
		r, fault := actioncache.Decode(key, tt.data)
		if r != nil || fault == nil || len(fault.Error()) < len(tt.want) || fault.Error()[:len(tt.want)] != tt.want {
			t.Errorf("%s: %v, %v, want %s", tt.name, r, fault, tt.want)
		}
	}
	if _, fault := actioncache.Decode(key, entry(key, 1, outside)); fault != nil {
		if _, ok := errors.AsType[*action.Malformed](fault); !ok {
			t.Error("what is wrong with the result is out of reach")
		}
	}
}

func TestMessages(t *testing.T) {
	key := digest.Empty
	for want, e := range map[string]error{
		"cache entry of action " + key.String() + ": x (kept as q/1)": &actioncache.CorruptEntry{Key: key, Reason: "x", Kept: "q/1"},
		"result of action " + key.String() + ": f: r":                 &actioncache.BadResult{Key: key, Err: &action.Malformed{Field: "f", Reason: "r"}},
		"get: ended": actioncache.StoreFault{StoreError: &cas.Interrupted{Op: "get", Err: errors.New("ended")}},
	} {
		if e.Error() != want {
			t.Errorf("got %s, want %s", e, want)
		}
	}
}

func TestEncodeRefusesWhatCannotBeStored(t *testing.T) {
	_, err := actioncache.Encode(digest.Empty, &action.Result{ExitCode: math.MaxInt})
	want := &actioncache.BadResult{Key: digest.Empty, Err: &action.Malformed{Field: "result.exit_code", Reason: "it is out of range"}}
	if got, _ := errors.AsType[*actioncache.BadResult](err); !cmp.Equal(want, got) {
		t.Errorf("got %v, want %v", err, want)
	}
}

// visitor names the case it was called by.
type visitor struct{}

func (visitor) Miss(*actioncache.Miss) string                 { return "miss" }
func (visitor) CorruptEntry(*actioncache.CorruptEntry) string { return "corrupt entry" }
func (visitor) BadResult(*actioncache.BadResult) string       { return "bad result" }
func (visitor) StoreFault(actioncache.StoreFault) string      { return "store fault" }
func (visitor) Unknown(actioncache.Unknown) string            { return "unknown" }

func TestVisitReachesEveryVariant(t *testing.T) {
	for want, e := range map[string]actioncache.GetError{
		"miss": &actioncache.Miss{}, "corrupt entry": &actioncache.CorruptEntry{}, "store fault": actioncache.StoreFault{StoreError: &cas.StoreIO{}},
		"unknown": actioncache.Unknown{},
	} {
		if got := actioncache.VisitGet(e, visitor{}); got != want {
			t.Errorf("VisitGet(%T) = %s, want %s", e, got, want)
		}
	}
	for want, e := range map[string]actioncache.PutError{
		"bad result": &actioncache.BadResult{}, "store fault": actioncache.StoreFault{StoreError: &cas.StoreIO{}},
		"unknown": actioncache.Unknown{},
	} {
		if got := actioncache.VisitPut(e, visitor{}); got != want {
			t.Errorf("VisitPut(%T) = %s, want %s", e, got, want)
		}
	}
}

// What Decode accepts is a result that comes back from its own entry.
func FuzzDecode(f *testing.F) {
	key := actioncachetest.Key(1)
	seed, err := actioncache.Encode(key, actioncachetest.Result(1))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed, false)
	f.Add(seed[messageAt:], true)
	f.Add([]byte(nil), true)
	f.Fuzz(func(t *testing.T, data []byte, seal bool) {
		if seal { // a fuzzer does not find checksums
			data = entry(key, 1, data)
		}
		r, fault := actioncache.Decode(key, data)
		if fault != nil {
			return
		}
		again, err := actioncache.Encode(key, r)
		if err != nil {
			t.Fatal(err)
		}
		back, fault := actioncache.Decode(key, again)
		if fault != nil {
			t.Fatal(fault)
		}
		last, err := actioncache.Encode(key, back)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(again, last); d != "" {
			t.Fatalf("(-want +got):\n%s", d)
		}
	})
}
