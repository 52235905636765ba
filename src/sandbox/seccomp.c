/* SPDX-License-Identifier: BSD-2-Clause */
#include "sandbox/parts.h"

#include <errno.h>
#include <seccomp.h>
#include <stdint.h>
#include <sys/mman.h>

#define IN_FILES  (1u << SANDBOX_FILES | 1u << SANDBOX_NAMES)
#define IN_NAMES  (1u << SANDBOX_NAMES)
#define IN_LIVE   (1u << SANDBOX_LIVE)
#define IN_OPENER (1u << SANDBOX_OPENER)
#define IN_SERVER (1u << SANDBOX_SERVER)
#define IN_ALL    (IN_FILES | IN_LIVE | IN_OPENER | IN_SERVER)
#define ANYWHERE  (IN_FILES | IN_OPENER)

/*
 * The calls that are needed, and in which phases.  Whatever is not here
 * fails: execve, ptrace, mount, and all that comes with kernels to come.
 */
static const struct {
	int call;
	unsigned phases;
} allowed[] = {
	/* what is open */
	{ SCMP_SYS(read), IN_ALL },
	{ SCMP_SYS(readv), IN_ALL },
	{ SCMP_SYS(pread64), IN_ALL },
	{ SCMP_SYS(write), IN_ALL },
	{ SCMP_SYS(writev), IN_ALL },
	{ SCMP_SYS(pwrite64), IN_ALL },
	{ SCMP_SYS(lseek), IN_ALL },
	{ SCMP_SYS(close), IN_ALL },
	{ SCMP_SYS(fstat), IN_ALL },
	{ SCMP_SYS(newfstatat), IN_ALL },
	{ SCMP_SYS(statx), IN_ALL },
	{ SCMP_SYS(fcntl), IN_ALL },
	{ SCMP_SYS(ioctl), IN_ALL },
	{ SCMP_SYS(fsync), IN_ALL },
	{ SCMP_SYS(fdatasync), IN_ALL },
	{ SCMP_SYS(ftruncate), IN_ALL },
	{ SCMP_SYS(fadvise64), IN_ALL },
	{ SCMP_SYS(poll), IN_ALL },
	{ SCMP_SYS(ppoll), IN_ALL },
	{ SCMP_SYS(select), IN_ALL },
	{ SCMP_SYS(pselect6), IN_ALL },
	/* sockets that are open: those of the interfaces, and the opener's */
	{ SCMP_SYS(recvmsg),
	  IN_LIVE | IN_OPENER | IN_NAMES | IN_SERVER },
	{ SCMP_SYS(sendmsg),
	  IN_LIVE | IN_OPENER | IN_NAMES | IN_SERVER },
	{ SCMP_SYS(recvfrom), IN_LIVE | IN_NAMES | IN_SERVER },
	{ SCMP_SYS(getsockopt), IN_LIVE | IN_NAMES | IN_SERVER },
	{ SCMP_SYS(setsockopt), IN_LIVE | IN_NAMES | IN_SERVER },
	/* readers of the status page, on a socket that listens already */
	{ SCMP_SYS(accept), IN_SERVER },
	{ SCMP_SYS(accept4), IN_SERVER },
	{ SCMP_SYS(shutdown), IN_SERVER },
	/* memory */
	{ SCMP_SYS(brk), IN_ALL },
	{ SCMP_SYS(munmap), IN_ALL },
	{ SCMP_SYS(mremap), IN_ALL },
	{ SCMP_SYS(madvise), IN_ALL },
	/* time */
	{ SCMP_SYS(clock_gettime), IN_ALL },
	{ SCMP_SYS(clock_getres), IN_ALL },
	{ SCMP_SYS(clock_nanosleep), IN_ALL },
	{ SCMP_SYS(nanosleep), IN_ALL },
	{ SCMP_SYS(gettimeofday), IN_ALL },
	{ SCMP_SYS(time), IN_ALL },
	/* threads that are there, signals, the end */
	{ SCMP_SYS(futex), IN_ALL },
	{ SCMP_SYS(sched_yield), IN_ALL },
	{ SCMP_SYS(sched_getaffinity), IN_ALL },
	{ SCMP_SYS(rseq), IN_ALL },
	{ SCMP_SYS(set_robust_list), IN_ALL },
	{ SCMP_SYS(restart_syscall), IN_ALL },
	{ SCMP_SYS(rt_sigaction), IN_ALL },
	{ SCMP_SYS(rt_sigprocmask), IN_ALL },
	{ SCMP_SYS(rt_sigreturn), IN_ALL },
	{ SCMP_SYS(sigaltstack), IN_ALL },
	{ SCMP_SYS(tgkill), IN_ALL },
	{ SCMP_SYS(exit), IN_ALL },
	{ SCMP_SYS(exit_group), IN_ALL },
	/* who we are, and chance */
	{ SCMP_SYS(getpid), IN_ALL },
	{ SCMP_SYS(gettid), IN_ALL },
	{ SCMP_SYS(getuid), IN_ALL },
	{ SCMP_SYS(geteuid), IN_ALL },
	{ SCMP_SYS(getgid), IN_ALL },
	{ SCMP_SYS(getegid), IN_ALL },
	{ SCMP_SYS(getrusage), IN_ALL },
	{ SCMP_SYS(getrandom), IN_ALL },
	{ SCMP_SYS(uname), IN_ALL },
	{ SCMP_SYS(sysinfo), IN_ALL },
	/* files, by name */
	{ SCMP_SYS(open), ANYWHERE },
	{ SCMP_SYS(openat), ANYWHERE },
	{ SCMP_SYS(stat), ANYWHERE },
	{ SCMP_SYS(lstat), ANYWHERE },
	{ SCMP_SYS(access), ANYWHERE },
	{ SCMP_SYS(faccessat), ANYWHERE },
	{ SCMP_SYS(faccessat2), ANYWHERE },
	{ SCMP_SYS(readlink), ANYWHERE },
	{ SCMP_SYS(readlinkat), ANYWHERE },
	{ SCMP_SYS(getdents64), ANYWHERE },
	{ SCMP_SYS(getcwd), ANYWHERE },
	{ SCMP_SYS(rename), ANYWHERE },
	{ SCMP_SYS(renameat), ANYWHERE },
	{ SCMP_SYS(renameat2), ANYWHERE },
	{ SCMP_SYS(unlink), ANYWHERE },
	{ SCMP_SYS(unlinkat), ANYWHERE },
	{ SCMP_SYS(mkdir), IN_FILES },
	{ SCMP_SYS(mkdirat), IN_FILES },
	{ SCMP_SYS(rmdir), IN_FILES },
	{ SCMP_SYS(link), IN_FILES },
	{ SCMP_SYS(linkat), IN_FILES },
	{ SCMP_SYS(chmod), IN_FILES },
	{ SCMP_SYS(fchmod), IN_FILES },
	{ SCMP_SYS(fchmodat), IN_FILES },
	{ SCMP_SYS(umask), IN_FILES },
	{ SCMP_SYS(flock), IN_FILES },
	{ SCMP_SYS(dup), IN_FILES },
	{ SCMP_SYS(dup2), IN_FILES },
	{ SCMP_SYS(dup3), IN_FILES },
	{ SCMP_SYS(pipe2), IN_FILES },
	/* worker threads start late; a program cannot be run from one */
	{ SCMP_SYS(clone), IN_FILES },
	{ SCMP_SYS(clone3), IN_FILES },
	{ SCMP_SYS(prlimit64), IN_FILES },
	{ SCMP_SYS(prctl), IN_FILES },
	/* names */
	{ SCMP_SYS(socket), IN_NAMES },
	{ SCMP_SYS(connect), IN_NAMES },
	{ SCMP_SYS(bind), IN_NAMES },
	{ SCMP_SYS(sendto), IN_NAMES | IN_SERVER },
	{ SCMP_SYS(sendmmsg), IN_NAMES },
	{ SCMP_SYS(getsockname), IN_NAMES | IN_SERVER },
	{ SCMP_SYS(getpeername), IN_NAMES | IN_SERVER },
};

/* Memory, but none that can be run. */
static bool
add_memory(scmp_filter_ctx c)
{
	const struct scmp_arg_cmp plain =
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);

	return seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
	           &plain) == 0 &&
	    seccomp_rule_add_array(c, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
	        &plain) == 0;
}

bool
seccomp_confine(enum sandbox_phase phase)
{
	scmp_filter_ctx c = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool ok = c != NULL;

	/* A call of this list that this machine has not is none. */
	for (size_t i = 0; ok && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (allowed[i].phases & 1u << phase)
			ok = seccomp_rule_add_array(c, SCMP_ACT_ALLOW,
			         allowed[i].call, 0, NULL) == 0 ||
			    allowed[i].call < 0;
	/* Many calls: a tree is shorter than a list of comparisons. */
	ok = ok && add_memory(c) &&
	    (seccomp_attr_set(c, SCMP_FLTATR_CTL_OPTIMIZE, 2) == 0 || true) &&
	    seccomp_attr_set(c, SCMP_FLTATR_CTL_TSYNC, 1) == 0 &&
	    seccomp_load(c) == 0;
	seccomp_release(c);
	return ok;
}
