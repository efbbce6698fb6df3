//go:build unix

package sqltest

import (
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/guanxi-go/guanxi/loyalty/loyaltysql"
)

// server is a database server of the tests' own, which they kill. It keeps all in a
// temporary folder, and ends with the tests.
type server struct {
	dialect loyaltysql.Dialect
	dir     string
	port    int
	cmd     *exec.Cmd
	stdin   *os.File
	small   int // MB of the disk that a part of it is on; 0: none
	err     error
	once    sync.Once
}

var servers = map[loyaltysql.Dialect]*server{
	loyaltysql.PostgreSQL: {dialect: loyaltysql.PostgreSQL},
	loyaltysql.MySQL:      {dialect: loyaltysql.MySQL},
}

// smallServers have a small disk.
var smallServers = map[loyaltysql.Dialect]*server{
	loyaltysql.PostgreSQL: {dialect: loyaltysql.PostgreSQL, small: 6},
	loyaltysql.MySQL:      {dialect: loyaltysql.MySQL, small: 24},
}

func stopServers() {
	for _, s := range append(slices.Collect(maps.Values(servers)), slices.Collect(maps.Values(smallServers))...) {
		if s.cmd != nil {
			_ = s.kill()
		}
		if s.dir != "" {
			_ = os.RemoveAll(s.dir)
		}
	}
}

// ownServers runs a test on servers that it may kill. They are those of PostgreSQL and
// MariaDB, where the tests are given such servers and the programs are here too.
func ownServers(t *testing.T, servers map[loyaltysql.Dialect]*server, f func(t *testing.T, s *server)) {
	for dialect, env := range map[loyaltysql.Dialect]string{loyaltysql.PostgreSQL: "GUANXI_POSTGRES_DSN", loyaltysql.MySQL: "GUANXI_MYSQL_DSN"} {
		if os.Getenv(env) == "" {
			continue
		}
		t.Run(string(dialect), func(t *testing.T) {
			s := servers[dialect]
			s.once.Do(func() { s.err = s.install() })
			if errors.Is(s.err, exec.ErrNotFound) {
				t.Skipf("not installed, which .ci/databases.sh does: %v", s.err)
			}
			if s.err != nil {
				t.Fatal(s.err)
			}
			f(t, s)
		})
	}
}

// program finds a program of a server, which may be in no PATH.
func program(names ...string) (string, error) {
	dirs := []string{"/usr/sbin", "/usr/libexec"}
	for v := 30; v > 10; v-- {
		dirs = append(dirs, fmt.Sprintf("/usr/lib/postgresql/%d/bin", v))
	}
	for _, name := range names {
		for _, dir := range dirs {
			if p := filepath.Join(dir, name); exec.Command("test", "-x", p).Run() == nil {
				return p, nil
			}
		}
		if p, err := exec.LookPath(name); err == nil {
			return p, nil
		}
	}
	return "", fmt.Errorf("%w: %s", exec.ErrNotFound, names[0])
}

// owner returns who servers run as, and owns their files: PostgreSQL refuses root.
func owner() (*syscall.Credential, error) {
	if os.Getuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return nil, err
	}
	uid, err1 := strconv.Atoi(u.Uid)
	gid, err2 := strconv.Atoi(u.Gid)
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, errors.Join(err1, err2)
}

// run runs a program of the server to its end.
func (s *server) run(name string, args ...string) error {
	who, err := owner()
	if err != nil {
		return err
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = s.dir
	cmd.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}

// install makes the server's files.
func (s *server) install() (err error) {
	if s.dir, err = os.MkdirTemp("", "guanxi-fault"); err != nil {
		return err
	}
	who, err := owner()
	if err != nil {
		return err
	}
	for _, dir := range []string{s.dir, s.file("small")} { // the second of PostgreSQL
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		if who != nil {
			if err := os.Chown(dir, int(who.Uid), int(who.Gid)); err != nil {
				return err
			}
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.port = l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		return err
	}
	if s.dialect == loyaltysql.PostgreSQL {
		initdb, err := program("initdb")
		if err != nil {
			return err
		}
		err = s.run(initdb, "-D", s.file("data"), "-U", "guanxi", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
		if err != nil {
			return err
		}
		return s.start()
	}
	install, err := program("mariadb-install-db", "mysql_install_db")
	if err != nil {
		return err
	}
	if _, err := program("mariadbd", "mysqld"); err != nil {
		return err
	}
	if err := s.run(install, "--no-defaults", "--datadir="+s.file("data"), "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-log-bin"); err != nil {
		return err
	}
	text := "CREATE USER IF NOT EXISTS guanxi@'127.0.0.1';\nGRANT ALL ON *.* TO guanxi@'127.0.0.1' WITH GRANT OPTION;\n"
	if s.small > 0 {
		if err := s.run("mkdir", s.disk()); err != nil {
			return err
		}
	}
	if err := os.WriteFile(s.file("init.sql"), []byte(text), 0o644); err != nil {
		return err
	}
	return s.start()
}

// disk is where the small disk is.
func (s *server) disk() string {
	if s.dialect == loyaltysql.PostgreSQL {
		return s.file("small")
	}
	return s.file("data/small") // the folder of a database
}

func (s *server) file(name string) string { return filepath.Join(s.dir, name) }

// dsn is that of the server's own database, or of one.
func (s *server) dsn(name string) string {
	if s.dialect == loyaltysql.PostgreSQL {
		return fmt.Sprintf("postgres://guanxi@127.0.0.1:%d/postgres?sslmode=disable", s.port)
	}
	return fmt.Sprintf("guanxi@tcp(127.0.0.1:%d)/%s", s.port, name)
}

func (s *server) driver() string {
	if s.dialect == loyaltysql.PostgreSQL {
		return "pgx"
	}
	return "mysql"
}

// command is how the server is started. What was acknowledged is with the system when a
// process dies, as it would be on the disk.
func (s *server) command() (args []string, err error) {
	if s.dialect == loyaltysql.PostgreSQL {
		bin, err := program("postgres")
		return []string{bin, "-D", s.file("data"), "-h", "127.0.0.1", "-p", strconv.Itoa(s.port), "-k", s.dir,
			"-c", "fsync=off", "-c", "synchronous_commit=on", "-c", "max_connections=100", "-c", "max_wal_size=64MB"}, err
	}
	bin, err := program("mariadbd", "mysqld")
	return []string{bin, "--no-defaults", "--datadir=" + s.file("data"), "--bind-address=127.0.0.1", "--port=" + strconv.Itoa(s.port), "--socket=" + s.file("s"),
		"--pid-file=" + s.file("pid"), "--skip-name-resolve", "--init-file=" + s.file("init.sql"), "--character-set-server=utf8mb4", "--skip-log-bin",
		"--innodb-flush-log-at-trx-commit=2", "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=16M"}, err
}

// watch runs a server, tells its number, and kills it when the input ends.
const watch = `"$@" </dev/null >>log 2>&1 & echo $! >running; cat >/dev/null; kill -9 $!`

// start starts the server, after it was killed too.
func (s *server) start() error {
	for deadline := time.Now().Add(time.Minute); ; {
		if err := s.launch(); err != nil {
			return err
		}
		err := s.await(deadline)
		if err == nil {
			return nil
		}
		_ = s.kill()
		if time.Now().After(deadline) {
			log, _ := os.ReadFile(s.file("log"))
			return fmt.Errorf("%s did not start: %w: %s", s.dialect, err, log[max(0, len(log)-2000):])
		}
	}
}

func (s *server) launch() error {
	args, err := s.command()
	if err != nil {
		return err
	}
	who, err := owner()
	if err != nil {
		return err
	}
	_ = os.Remove(s.file("running"))
	in, out, err := os.Pipe()
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	args = append([]string{"sh", "-c", watch, "sh"}, args...)
	if s.small > 0 { // a mount that ends with the processes
		mount := fmt.Sprintf(`mount -t tmpfs -o size=%dm,mode=700,uid=%d,gid=%d tmpfs "$0" && exec "$@"`, s.small, who.Uid, who.Gid)
		drop := []string{"setpriv", "--reuid", fmt.Sprint(who.Uid), "--regid", fmt.Sprint(who.Gid), "--clear-groups"}
		args = append(append([]string{"unshare", "-m", "sh", "-c", mount, s.disk()}, drop...), args...)
		who = nil
	}
	s.cmd = exec.Command(args[0], args[1:]...)
	s.cmd.Dir = s.dir
	s.cmd.Env = []string{"LC_ALL=C", "PATH=" + os.Getenv("PATH")}
	s.cmd.Stdin, s.stdin = in, out
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	return s.cmd.Start()
}

// pid is the number of the server's process.
func (s *server) pid() (int, error) {
	text, err := os.ReadFile(s.file("running"))
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
}

// await waits until the server answers; an error if it has ended.
func (s *server) await(deadline time.Time) error {
	db, err := sql.Open(s.driver(), s.dsn(""))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	began := time.Now()
	for {
		err := db.Ping()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		if pid, e := s.pid(); e == nil && time.Since(began) > time.Second && syscall.Kill(pid, 0) != nil {
			return fmt.Errorf("it has ended: %w", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// kill kills all processes of the server, as kill -9 does.
func (s *server) kill() error {
	defer func() {
		_ = s.stdin.Close()
		_ = s.cmd.Wait()
	}()
	pid, err := s.pid()
	if err != nil {
		return err
	}
	all := append([]int{pid}, children(pid)...)
	for _, p := range all {
		err = errors.Join(err, syscall.Kill(p, syscall.SIGKILL))
	}
	if errors.Is(err, syscall.ESRCH) { // one has ended by itself
		return nil
	}
	return err
}

// children returns the processes that a process has started.
func children(pid int) (all []int) {
	out, _ := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	for line := range strings.Lines(string(out)) {
		var p, parent int
		if n, _ := fmt.Sscan(line, &p, &parent); n == 2 && parent == pid {
			all = append(all, p)
		}
	}
	return all
}

// killBackend kills the process of one connection, upon which PostgreSQL ends all others
// and starts over.
func (s *server) killBackend() error {
	db, err := sql.Open(s.driver(), s.dsn(""))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var pid int
	if err := db.QueryRow("SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() ORDER BY state_change DESC LIMIT 1").Scan(&pid); err != nil {
		return err
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}

// database makes a place on the server for tables, and what opens it.
func (s *server) database(t testing.TB, name string) *database {
	t.Helper()
	d := &database{s.dialect, s.driver(), s.dsn(""), loyaltysql.Config{Dialect: s.dialect, Schema: name}}
	if s.dialect == loyaltysql.PostgreSQL {
		d.command(t, "CREATE SCHEMA "+name, "DROP SCHEMA "+name+" CASCADE")
	} else {
		d.command(t, "CREATE DATABASE "+name, "DROP DATABASE "+name)
	}
	return d
}
