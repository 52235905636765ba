/* SPDX-License-Identifier: BSD-2-Clause */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/message.h"
#include "sandbox/parts.h"

#define DEFAULT_ACCOUNT "p407"

#if defined(__SANITIZE_ADDRESS__)
/*
 * The search for leaks starts a thread that traces us, which is just what
 * must not be: there is none in a process that is confined.
 */
static int confined;
int __lsan_is_turned_off(void);
int
__lsan_is_turned_off(void)
{
	return confined;
}
#define NOTE_CONFINED() (void)(confined = 1)
#else
#define NOTE_CONFINED() (void)0
#endif

void
sandbox_no_core(void)
{
	const struct rlimit none = { 0, 0 };

	setrlimit(RLIMIT_CORE, &none);
	prctl(PR_SET_DUMPABLE, 0);
}

static bool
drop_capabilities(void)
{
	struct __user_cap_header_struct header = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct none[2];

	memset(none, 0, sizeof(none));
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &header, none) == 0;
}

static bool
become(const struct passwd *p, const char *account)
{
	bool ok = setgroups(0, NULL) == 0 &&
	    setresgid(p->pw_gid, p->pw_gid, p->pw_gid) == 0 &&
	    setresuid(p->pw_uid, p->pw_uid, p->pw_uid) == 0;

	/* And there is no way back. */
	if (ok && p->pw_uid != 0 && setuid(0) == 0) {
		errno = EPERM;
		ok = false;
	}
	if (!ok)
		message_error("-Z %s: cannot become this user: %s (start as "
		              "root)", account, strerror(errno));
	return ok;
}

bool
sandbox_drop(const char *account, const char **became)
{
	const char *name = account != NULL ? account : DEFAULT_ACCOUNT;
	const struct passwd *p = NULL;

	*became = NULL;
	if (geteuid() == 0 || account != NULL) {
		p = getpwnam(name);
		if (p == NULL && account != NULL) {
			message_error("-Z %s: no such user (useradd --system "
			              "%s)", name, name);
			return false;
		}
	}
	if (p != NULL && p->pw_uid != geteuid()) {
		if (!become(p, name))
			return false;
		*became = name;
	}
	if (!drop_capabilities()) {
		message_error("capabilities cannot be given up: %s (start as "
		              "another user)", strerror(errno));
		return false;
	}
	/* Another identity makes it dumpable or not, as the system has it. */
	sandbox_no_core();
	return true;
}

struct sandbox_state
sandbox_confine_thread(const struct sandbox_paths *paths)
{
	struct sandbox_state s = { 0 };

	NOTE_CONFINED();
	s.no_new_privileges = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
	if (s.no_new_privileges)
		s.landlock = landlock_confine(paths);
	return s;
}

void
sandbox_confine_all(struct sandbox_state *s, enum sandbox_phase phase)
{
	if (s->no_new_privileges)
		s->seccomp = seccomp_confine(phase);
}

struct sandbox_state
sandbox_confine(enum sandbox_phase phase, const struct sandbox_paths *paths)
{
	struct sandbox_state s = sandbox_confine_thread(paths);

	sandbox_confine_all(&s, phase);
	return s;
}

const char *
sandbox_words(struct sandbox_state s)
{
	return s.seccomp && s.landlock ? "seccomp, Landlock"
	    : s.seccomp                ? "seccomp"
	    : s.landlock               ? "Landlock"
	                               : "none";
}
