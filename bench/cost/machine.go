package cost

import (
	"bufio"
	"os"
	"runtime"
	"strings"
	"time"
)

// Machine is where it was measured.
type Machine struct {
	CPU        string    `json:"cpu"`
	Cores      int       `json:"cores"`
	Go         string    `json:"go"`
	System     string    `json:"system"`
	When       time.Time `json:"when"`
	LoadBefore string    `json:"loadBefore"`
	LoadAfter  string    `json:"loadAfter"`
}

// ThisMachine describes the machine before the measuring.
func ThisMachine() Machine {
	return Machine{
		CPU:        cpu(),
		Cores:      runtime.NumCPU(),
		Go:         runtime.Version(),
		System:     runtime.GOOS + "/" + runtime.GOARCH,
		When:       time.Now().UTC().Truncate(time.Second),
		LoadBefore: Load(),
	}
}

// cpu returns the model, where Linux tells it.
func cpu() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "unknown CPU"
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if key, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown CPU"
}

// Load returns the load averages of the last 1, 5 and 15 minutes, where Linux tells them.
func Load() string {
	b, err := os.ReadFile("/proc/loadavg")
	fields := strings.Fields(string(b))
	if err != nil || len(fields) < 3 {
		return "unknown"
	}
	return strings.Join(fields[:3], " ")
}
