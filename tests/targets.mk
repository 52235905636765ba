# SPDX-License-Identifier: BSD-2-Clause
#
# What those who work on p407 call besides all, check and install.
.PHONY: lint format asan tsan fuzz coverage captures-update scorecard bench \
	bench-live \
	check-evidence \
	compile_commands.json

# The lint of `make check` alone, and clang-tidy where it is there.
lint: p407$(EXEEXT)
	$(AM_V_at)for script in $(srcdir)/%reldir%/lint/[!f]*.sh; do \
		sh $$script | grep -v '^ok\|^1\.\.' && exit 1; done; :

format:
	cd $(srcdir) && git ls-files '*.[ch]' | xargs clang-format -i

asan:
	$(MKDIR_P) build-asan
	cd build-asan && { test -f Makefile || \
	    $(abs_top_srcdir)/configure --enable-sanitizers CFLAGS='-g -O1'; }
	$(MAKE) -C build-asan check

# Data races: the same bytes with any number of threads, and no word of TSan.
tsan:
	$(MKDIR_P) build-tsan
	cd build-tsan && { test -f Makefile || \
	    $(abs_top_srcdir)/configure --enable-thread-sanitizer \
	        CFLAGS='-g -O1'; }
	$(MAKE) -C build-tsan p407 %reldir%/bench/generate
	cd build-tsan && P407=./p407 TSAN_OPTIONS=halt_on_error=1 \
	    $(SHELL) $(abs_top_srcdir)/%reldir%/threads.sh

# make fuzz T=ntlm S=60: what is new and small goes into the corpus.
T = http
S = 60
corpus = $(abs_top_srcdir)/%reldir%/fuzz/corpus/$(T)
fuzz:
	$(MKDIR_P) build-fuzz/new
	cd build-fuzz && { test -f Makefile || \
	    $(abs_top_srcdir)/configure CC=clang --enable-fuzz \
	        --enable-sanitizers CFLAGS='-g -O1'; }
	$(MAKE) -C build-fuzz %reldir%/fuzz/fuzz_$(T)
	dictionary=$(abs_top_srcdir)/%reldir%/fuzz/$(T).dict; \
	build-fuzz/%reldir%/fuzz/fuzz_$(T) -max_total_time=$(S) \
	    $$(test ! -f $$dictionary || echo -dict=$$dictionary) \
	    build-fuzz/new $(corpus)
	build-fuzz/%reldir%/fuzz/fuzz_$(T) -merge=1 $(corpus) build-fuzz/new

coverage:
	$(MKDIR_P) build-coverage
	cd build-coverage && { test -f Makefile || \
	    $(abs_top_srcdir)/configure --enable-coverage CFLAGS='-g -O0'; }
	$(MAKE) -C build-coverage check
	gcovr -r $(srcdir) --filter '.*/src/' --html-details \
	    build-coverage/coverage.html --print-summary build-coverage

# make captures-update C=ntlm/ntlm-ok; git diff is the review.
captures-update: p407$(EXEEXT)
	$(srcdir)/%reldir%/captures-update.sh $(C)

# All captures, where make check takes some, and what tshark thinks of it.
check-evidence: p407$(EXEEXT)
	$(srcdir)/%reldir%/evidence/evidence.sh all

# make scorecard F=FOLDER: a table of what is right, by family.
F = $(srcdir)/captures
scorecard: p407$(EXEEXT)
	$(srcdir)/%reldir%/captures.sh $(F)
	$(srcdir)/%reldir%/unfired.sh

# Against other programs, on generated input that stays in bench/.
bench_programs = \
	%reldir%/bench/generate \
	%reldir%/bench/measure \
	%reldir%/bench/pcaploop
EXTRA_PROGRAMS = $(bench_programs)
CLEANFILES += $(bench_programs)
# These generate their own, too.
%reldir%/memory.log %reldir%/threads.log: p407$(EXEEXT) %reldir%/bench/generate$(EXEEXT)
%canon_reldir%_bench_generate_SOURCES = \
	%reldir%/bench/attack.c \
	%reldir%/bench/connection.c %reldir%/bench/connection.h \
	%reldir%/bench/flood.c %reldir%/bench/flood.h \
	%reldir%/bench/generate.c \
	%reldir%/bench/login.c %reldir%/bench/login.h \
	%reldir%/bench/random.h \
	%reldir%/bench/talk.c \
	%reldir%/bench/wire.c %reldir%/bench/wire.h
%canon_reldir%_bench_generate_LDADD =
%canon_reldir%_bench_measure_LDADD =
%canon_reldir%_bench_pcaploop_LDADD = $(PCAP_LIBS)
bench: p407$(EXEEXT) $(bench_programs)
	$(SHELL) $(srcdir)/%reldir%/bench/bench.sh $(B)
# The same on a wire, as root.
bench-live: p407$(EXEEXT) $(bench_programs)
	$(SHELL) $(srcdir)/%reldir%/bench/live.sh $(B)

compile_commands.json:
	$(MAKE) clean
	bear --output $(srcdir)/compile_commands.json -- \
	    $(MAKE) all $(check_PROGRAMS)
