# SPDX-License-Identifier: BSD-2-Clause
#
# make check: Check programs, fuzz targets over their corpora, and scripts
# that speak TAP.
AM_CPPFLAGS += -I$(top_srcdir)/%reldir%

# A program's source is its name and .c, where nothing else is said.
check_tests = \
	%reldir%/base/test_base \
	%reldir%/base/test_parallel \
	%reldir%/capture/test_capture \
	%reldir%/capture/test_filter \
	%reldir%/capture/test_inflate \
	%reldir%/capture/test_lines \
	%reldir%/capture/test_merge \
	%reldir%/capture/test_savefile \
	%reldir%/net/test_fragment \
	%reldir%/net/test_packet \
	%reldir%/net/test_tunnel \
	%reldir%/tcp/test_flow \
	%reldir%/tcp/test_flow_glide \
	%reldir%/tcp/test_flow_many \
	%reldir%/tcp/test_reassembly \
	%reldir%/http/test_chunked \
	%reldir%/http/test_conversations \
	%reldir%/http/test_exchange \
	%reldir%/http/test_fields \
	%reldir%/http/test_gather \
	%reldir%/http/test_grammar \
	%reldir%/http/test_message \
	%reldir%/auth/test_bearer \
	%reldir%/auth/test_digest \
	%reldir%/auth/test_der \
	%reldir%/auth/test_gss \
	%reldir%/auth/test_kerberos \
	%reldir%/auth/test_kerberos_kdc \
	%reldir%/auth/test_kerberos_parts \
	%reldir%/auth/test_ntlm \
	%reldir%/auth/test_spnego \
	%reldir%/auth/test_token \
	%reldir%/compare/test_compare \
	%reldir%/proxylog/test_format \
	%reldir%/proxylog/test_stamp \
	%reldir%/sandbox/test_opener \
	%reldir%/sandbox/test_sandbox \
	%reldir%/server/test_server \
	%reldir%/server/test_slow \
	%reldir%/state/test_state \
	%reldir%/verify/test_known \
	%reldir%/live/test_findings_told \
	%reldir%/observe/test_echo \
	%reldir%/observe/test_manners \
	%reldir%/observe/test_queues \
	%reldir%/observe/test_share \
	%reldir%/observe/test_worker \
	%reldir%/live/test_status \
	%reldir%/live/test_stream \
	%reldir%/verify/test_md4 \
	%reldir%/verify/test_responses \
	%reldir%/witness/test_apps \
	%reldir%/witness/test_kdc \
	%reldir%/witness/test_kdc_stream \
	%reldir%/witness/test_dns \
	%reldir%/witness/test_neighbours \
	%reldir%/witness/test_pac \
	%reldir%/witness/test_sample \
	%reldir%/witness/test_tls \
	%reldir%/attempt/test_401 \
	%reldir%/attempt/test_applications \
	%reldir%/attempt/test_attempts \
	%reldir%/attempt/test_build \
	%reldir%/attempt/test_steps \
	%reldir%/attempt/test_testimony \
	%reldir%/attempt/test_tracker \
	%reldir%/diagnose/test_chain \
	%reldir%/diagnose/test_claims \
	%reldir%/diagnose/test_condition \
	%reldir%/diagnose/test_diagnosis \
	%reldir%/diagnose/test_group \
	%reldir%/diagnose/test_facts \
	%reldir%/diagnose/test_history \
	%reldir%/diagnose/test_kdc_rules \
	%reldir%/diagnose/test_kdc_view \
	%reldir%/diagnose/test_keytab \
	%reldir%/diagnose/test_oddity \
	%reldir%/diagnose/test_office \
	%reldir%/diagnose/test_past \
	%reldir%/diagnose/test_products \
	%reldir%/diagnose/test_programs \
	%reldir%/diagnose/test_rules \
	%reldir%/diagnose/test_story \
	%reldir%/diagnose/test_truth \
	%reldir%/diagnose/test_words \
	%reldir%/evidence/test_mask \
	%reldir%/evidence/test_lookback \
	%reldir%/evidence/test_rewrite \
	%reldir%/report/test_formats \
	%reldir%/report/test_html \
	%reldir%/report/test_html_status \
	%reldir%/report/test_json \
	%reldir%/report/test_markdown \
	%reldir%/report/test_model \
	%reldir%/report/test_redact \
	%reldir%/report/test_tables \
	%reldir%/report/test_text

fuzz_targets = \
	%reldir%/fuzz/fuzz_apps \
	%reldir%/fuzz/fuzz_credentials \
	%reldir%/fuzz/fuzz_http \
	%reldir%/fuzz/fuzz_http_message \
	%reldir%/fuzz/fuzz_compare \
	%reldir%/fuzz/fuzz_config \
	%reldir%/fuzz/fuzz_condition \
	%reldir%/fuzz/fuzz_events \
	%reldir%/fuzz/fuzz_evidence \
	%reldir%/fuzz/fuzz_inflate \
	%reldir%/fuzz/fuzz_kdc \
	%reldir%/fuzz/fuzz_kerberos_parts \
	%reldir%/fuzz/fuzz_known \
	%reldir%/fuzz/fuzz_neighbours \
	%reldir%/fuzz/fuzz_net \
	%reldir%/fuzz/fuzz_pipeline \
	%reldir%/fuzz/fuzz_proxylog \
	%reldir%/fuzz/fuzz_report \
	%reldir%/fuzz/fuzz_rules \
	%reldir%/fuzz/fuzz_savefile \
	%reldir%/fuzz/fuzz_dns \
	%reldir%/fuzz/fuzz_pac \
	%reldir%/fuzz/fuzz_tls

# What several of them use.  replay.c has a main(), which is taken only by a
# program that has none: a fuzz target.
check_LIBRARIES = libtests.a
libtests_a_SOURCES = \
	%reldir%/http/play.c \
	%reldir%/http/play.h \
	%reldir%/report/sample.c \
	%reldir%/report/strict.c \
	%reldir%/report/tags.c \
	%reldir%/capture/build.h \
	%reldir%/attempt/acts.h \
	%reldir%/diagnose/asked.h \
	%reldir%/diagnose/judged.h \
	%reldir%/diagnose/make.h \
	%reldir%/net/bytes.h \
	%reldir%/report/sample.h \
	%reldir%/server/ask.h \
	%reldir%/report/strict.h \
	%reldir%/report/tags.h \
	%reldir%/material.h \
	%reldir%/token_parts.h \
	%reldir%/witness/scene.h \
	%reldir%/run.h \
	%reldir%/witness/tls_stream_bytes.h

LDADD = libtests.a libp407.a librules.a $(p407_libraries) $(CHECK_LIBS)

# With --enable-fuzz the engine has the main(), and only the targets are made.
if FUZZ
AM_LDFLAGS += -fsanitize=fuzzer
check_PROGRAMS += $(fuzz_targets)
else
libtests_a_SOURCES += %reldir%/fuzz/replay.c
check_PROGRAMS += $(check_tests) $(fuzz_targets) %reldir%/net/dump \
	%reldir%/witness/dump
dist_check_SCRIPTS += \
	%reldir%/captures.sh \
	%reldir%/auth/crosscheck.sh \
	%reldir%/events/events.sh \
	%reldir%/evidence/evidence.sh \
	%reldir%/evidence/ring.sh \
	%reldir%/net/crosscheck.sh \
	%reldir%/report/page.sh \
	%reldir%/witness/crosscheck.sh \
	%reldir%/compare/compare.sh \
	%reldir%/proxylog/proxylog.sh \
	%reldir%/verify/keytab.sh \
	%reldir%/verify/verify.sh \
	%reldir%/config.sh \
	%reldir%/damage.sh \
	%reldir%/identities.sh \
	%reldir%/kill.sh \
	%reldir%/memory.sh \
	%reldir%/secrets.sh \
	%reldir%/state.sh \
	%reldir%/threads.sh \
	%reldir%/usage.sh \
	%reldir%/lint/documents.sh \
	%reldir%/lint/layers.sh \
	%reldir%/lint/listed.sh \
	%reldir%/lint/names.sh \
	%reldir%/lint/shell.sh \
	%reldir%/lint/sizes.sh \
	%reldir%/lint/spdx.sh
TESTS += $(dist_check_SCRIPTS) $(check_tests) $(fuzz_targets)
endif

TEST_EXTENSIONS = .sh
# Check's own four seconds are few where a machine has other work.
AM_TESTS_ENVIRONMENT = CK_DEFAULT_TIMEOUT=60; export CK_DEFAULT_TIMEOUT;
SH_LOG_DRIVER = env AM_TAP_AWK='$(AWK)' $(SHELL) \
	$(top_srcdir)/build-aux/tap-driver.sh
AM_SH_LOG_DRIVER_FLAGS = --ignore-exit
# The long ones first, so that none of them is waited for at the end.
%reldir%/evidence/evidence.log: p407$(EXEEXT)
%reldir%/evidence/ring.log: p407$(EXEEXT)
%reldir%/captures.log %reldir%/secrets.log %reldir%/usage.log: p407$(EXEEXT)
%reldir%/report/page.log: p407$(EXEEXT)
%reldir%/events/events.log: p407$(EXEEXT)
%reldir%/compare/compare.log: p407$(EXEEXT)
%reldir%/proxylog/proxylog.log: p407$(EXEEXT)
%reldir%/verify/keytab.log %reldir%/verify/verify.log: p407$(EXEEXT)
%reldir%/auth/crosscheck.log %reldir%/lint/documents.log: p407$(EXEEXT)
%reldir%/net/crosscheck.log: %reldir%/net/dump$(EXEEXT)
%reldir%/witness/crosscheck.log: %reldir%/witness/dump$(EXEEXT)

# A proxy and a client on a wire of their own; apart, as it needs root.
check-live: p407$(EXEEXT) %reldir%/bench/generate$(EXEEXT)
	status=0; \
	for script in live live_threads live-trouble live-flood; do \
	    P407=./p407$(EXEEXT) $(SHELL) $(srcdir)/%reldir%/$$script.sh || \
	        test $$? -eq 77 || status=1; \
	done; exit $$status
# The Debian package, built and tried in a system that is thrown away.
check-package:
	$(SHELL) $(srcdir)/%reldir%/package.sh
# The sensor for M minutes.
M = 25
soak: p407$(EXEEXT) %reldir%/bench/generate$(EXEEXT)
	P407=./p407$(EXEEXT) $(SHELL) $(srcdir)/%reldir%/soak.sh $(M)
.PHONY: check-live check-package soak

EXTRA_DIST += captures \
	%reldir%/boot.sh \
	%reldir%/live.sh \
	%reldir%/live-flood.sh \
	%reldir%/live-trouble.sh \
	%reldir%/live_threads.sh \
	%reldir%/package.sh \
	%reldir%/service.sh \
	%reldir%/soak.sh \
	%reldir%/wire.sh \
	%reldir%/state/version-1.sql \
	%reldir%/state/version-2.sql \
	%reldir%/http/conversations \
	%reldir%/auth/tokens \
	%reldir%/witness/messages \
	%reldir%/auth/crosscheck.py \
	%reldir%/witness/crosscheck.py \
	%reldir%/captures.py \
	%reldir%/events/events.py \
	%reldir%/evidence/evidence.py \
	%reldir%/captures-update.sh \
	%reldir%/harness.py \
	%reldir%/server/metrics.py \
	%reldir%/identities.py \
	%reldir%/kill.py \
	%reldir%/secrets.py \
	%reldir%/tap.sh \
	%reldir%/verify/tickets \
	%reldir%/verify/verify.py \
	%reldir%/proxylog/proxylog.py \
	%reldir%/proxylog/squid.pcap \
	%reldir%/proxylog/native.log \
	%reldir%/proxylog/combined.log \
	%reldir%/damage.py \
	%reldir%/report/page.js \
	%reldir%/truth.py \
	%reldir%/unfired.sh \
	%reldir%/bench/bench.sh \
	%reldir%/bench/input.sh \
	%reldir%/bench/live.sh \
	%reldir%/bench/plot.py \
	%reldir%/fuzz/corpus \
	%reldir%/lint/files.sh

include %reldir%/targets.mk
