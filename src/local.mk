# SPDX-License-Identifier: BSD-2-Clause
#
# Everything but main() is one archive, so that tests and fuzz targets link
# the very objects that ship.  The layers are in order: each may include what
# stands above it (tests/lint/layers.sh has the table).
noinst_LIBRARIES += libp407.a
libp407_a_SOURCES = \
	%reldir%/base/append.c %reldir%/base/append.h \
	%reldir%/base/arena.c %reldir%/base/arena.h \
	%reldir%/base/base64.c %reldir%/base/base64.h \
	%reldir%/base/budget.c %reldir%/base/budget.h \
	%reldir%/base/chars.c %reldir%/base/chars.h \
	%reldir%/base/clock.h \
	%reldir%/base/escape.c %reldir%/base/escape.h \
	%reldir%/base/fault.c %reldir%/base/fault.h \
	%reldir%/base/folder.c %reldir%/base/folder.h \
	%reldir%/base/limits.c %reldir%/base/limits.h \
	%reldir%/base/list.h \
	%reldir%/base/memory.c %reldir%/base/memory.h \
	%reldir%/base/message.c %reldir%/base/message.h \
	%reldir%/base/names.c %reldir%/base/names.h \
	%reldir%/base/parallel.c %reldir%/base/parallel.h \
	%reldir%/base/reader.c %reldir%/base/reader.h \
	%reldir%/base/ring.c %reldir%/base/ring.h \
	%reldir%/base/secret.c %reldir%/base/secret.h \
	%reldir%/base/sip.h \
	%reldir%/base/sha256.c %reldir%/base/sha256.h \
	%reldir%/base/span.c %reldir%/base/span.h \
	%reldir%/base/table.c %reldir%/base/table.h \
	%reldir%/base/text.c %reldir%/base/text.h \
	%reldir%/base/utf16.c %reldir%/base/utf16.h \
	%reldir%/base/when.c %reldir%/base/when.h \
	\
	%reldir%/capture/ahead.c %reldir%/capture/ahead.h \
	%reldir%/capture/capture.c %reldir%/capture/capture.h \
	%reldir%/capture/filter.c %reldir%/capture/filter.h \
	%reldir%/capture/frame.h \
	%reldir%/capture/inflate.c %reldir%/capture/inflate.h \
	%reldir%/capture/input.c %reldir%/capture/input.h \
	%reldir%/capture/lines.c %reldir%/capture/lines.h \
	%reldir%/capture/live.c %reldir%/capture/live.h \
	%reldir%/capture/live_open.c %reldir%/capture/live_parts.h \
	%reldir%/capture/live_share.c \
	%reldir%/capture/merge.c %reldir%/capture/merge.h \
	%reldir%/capture/problem.c %reldir%/capture/problem.h \
	%reldir%/capture/savefile.c %reldir%/capture/savefile.h \
	%reldir%/capture/savefile_parts.h \
	%reldir%/capture/savefile_pcap.c \
	%reldir%/capture/savefile_pcapng.c \
	%reldir%/capture/word.h \
	\
	%reldir%/sandbox/folder.c %reldir%/sandbox/folder.h \
	%reldir%/sandbox/landlock.c %reldir%/sandbox/seccomp.c \
	%reldir%/sandbox/opener.c %reldir%/sandbox/opener.h \
	%reldir%/sandbox/opener_serve.c %reldir%/sandbox/opener_parts.h \
	%reldir%/sandbox/parts.h \
	%reldir%/sandbox/sandbox.c %reldir%/sandbox/sandbox.h \
	\
	%reldir%/net/address.c \
	%reldir%/net/arp.c %reldir%/net/arp.h \
	%reldir%/net/field.h \
	%reldir%/net/fragment.c %reldir%/net/fragment.h \
	%reldir%/net/ip.c %reldir%/net/ip.h \
	%reldir%/net/layer.h \
	%reldir%/net/link.c %reldir%/net/link.h \
	%reldir%/net/link_host.c %reldir%/net/link_kinds.h \
	%reldir%/net/link_radio.c \
	%reldir%/net/packet.c %reldir%/net/packet.h \
	%reldir%/net/transport.c %reldir%/net/transport.h \
	%reldir%/net/tunnel.c %reldir%/net/tunnel.h \
	\
	%reldir%/tcp/flow.c %reldir%/tcp/flow.h \
	%reldir%/tcp/flow_follow.c %reldir%/tcp/flow_glide.c \
	%reldir%/tcp/flow_lookup.c %reldir%/tcp/flow_memory.c \
	%reldir%/tcp/flow_parts.h %reldir%/tcp/flow_wheel.c \
	%reldir%/tcp/reassembly.c %reldir%/tcp/reassembly.h \
	\
	%reldir%/http/chunked.c %reldir%/http/chunked.h \
	%reldir%/http/exchange.c %reldir%/http/exchange.h \
	%reldir%/http/fields.c %reldir%/http/fields.h \
	%reldir%/http/gather.c %reldir%/http/gather.h \
	%reldir%/http/grammar.c %reldir%/http/grammar.h \
	%reldir%/http/message.c %reldir%/http/message.h \
	%reldir%/http/message_body.c %reldir%/http/message_parts.h \
	%reldir%/http/names.c %reldir%/http/names.h \
	\
	%reldir%/auth/basic.c \
	%reldir%/auth/bearer.c \
	%reldir%/auth/challenge.c %reldir%/auth/challenge.h \
	%reldir%/auth/decode.h \
	%reldir%/auth/der.c %reldir%/auth/der.h \
	%reldir%/auth/digest.c \
	%reldir%/auth/gss.c \
	%reldir%/auth/json.c %reldir%/auth/json.h \
	%reldir%/auth/kerberos.c %reldir%/auth/kerberos.h \
	%reldir%/auth/kerberos_parts.c %reldir%/auth/kerberos_parts.h \
	%reldir%/auth/kerberos_kdc.c %reldir%/auth/kerberos_kdc.h \
	%reldir%/auth/ntlm.c %reldir%/auth/ntlm.h \
	%reldir%/auth/spnego.c %reldir%/auth/spnego.h \
	%reldir%/auth/token.c %reldir%/auth/token.h \
	\
	%reldir%/verify/des.c %reldir%/verify/des.h \
	%reldir%/verify/keytab.h \
	%reldir%/verify/known.c %reldir%/verify/known.h \
	%reldir%/verify/md4.c %reldir%/verify/md4.h \
	%reldir%/verify/private.c %reldir%/verify/private.h \
	%reldir%/verify/responses.h \
	%reldir%/verify/verify.c %reldir%/verify/verify.h \
	%reldir%/verify/verify_digest.c \
	%reldir%/verify/verify_ntlm.c \
	%reldir%/verify/wide.c %reldir%/verify/wide.h \
	\
	%reldir%/witness/apps.c %reldir%/witness/apps.h \
	%reldir%/witness/kdc.c %reldir%/witness/kdc.h \
	%reldir%/witness/kdc_pair.h %reldir%/witness/kdc_stream.c \
	%reldir%/witness/certificate.c %reldir%/witness/certificate.h \
	%reldir%/witness/dns.c %reldir%/witness/dns.h \
	%reldir%/witness/neighbours.c %reldir%/witness/neighbours.h \
	%reldir%/witness/pac.c %reldir%/witness/pac.h \
	%reldir%/witness/record.h \
	%reldir%/witness/sample.c %reldir%/witness/sample.h \
	%reldir%/witness/tls.c %reldir%/witness/tls.h \
	%reldir%/witness/tls_hello.c \
	%reldir%/witness/tls_stream.c %reldir%/witness/tls_stream.h \
	%reldir%/attempt/applications.c %reldir%/attempt/applications.h \
	%reldir%/attempt/attempt.c %reldir%/attempt/attempt.h \
	%reldir%/attempt/build.c %reldir%/attempt/build.h \
	%reldir%/attempt/exchange.c \
	%reldir%/attempt/lookup.c %reldir%/attempt/match.c \
	%reldir%/attempt/spare.c %reldir%/attempt/tracked.h \
	%reldir%/attempt/places.c %reldir%/attempt/places.h \
	%reldir%/attempt/settle.c \
	%reldir%/attempt/manner.c %reldir%/attempt/manner.h \
	%reldir%/attempt/observation.c %reldir%/attempt/observation.h \
	%reldir%/attempt/steps.c %reldir%/attempt/steps.h \
	%reldir%/attempt/testimony.c %reldir%/attempt/testimony.h \
	%reldir%/attempt/tracker.c %reldir%/attempt/tracker.h \
	\
	%reldir%/diagnose/builtin.c \
	%reldir%/diagnose/chain.c %reldir%/diagnose/chain.h \
	%reldir%/diagnose/condition.c %reldir%/diagnose/condition.h \
	%reldir%/diagnose/diagnosis.c %reldir%/diagnose/diagnosis.h \
	%reldir%/diagnose/differential.c %reldir%/diagnose/differential.h \
	%reldir%/diagnose/evaluate.c \
	%reldir%/diagnose/evidence.c %reldir%/diagnose/evidence.h \
	%reldir%/diagnose/facts.c %reldir%/diagnose/facts.h \
	%reldir%/diagnose/facts_attempt.c \
	%reldir%/diagnose/facts_chain.c \
	%reldir%/diagnose/facts_client.c \
	%reldir%/diagnose/facts_exchange.c \
	%reldir%/diagnose/facts_kdc.c \
	%reldir%/diagnose/facts_keytab.c \
	%reldir%/diagnose/facts_login.c \
	%reldir%/diagnose/facts_negotiate.c \
	%reldir%/diagnose/facts_ntlm.c \
	%reldir%/diagnose/facts_pac.c \
	%reldir%/diagnose/facts_past.c \
	%reldir%/diagnose/facts_peers.c \
	%reldir%/diagnose/facts_product.c \
	%reldir%/diagnose/facts_proxy.c \
	%reldir%/diagnose/facts_scheme.c \
	%reldir%/diagnose/facts_stray.c \
	%reldir%/diagnose/facts_tls.c \
	%reldir%/diagnose/facts_story.c \
	%reldir%/diagnose/facts_token.c \
	%reldir%/diagnose/facts_user.c \
	%reldir%/diagnose/facts_wait.c \
	%reldir%/diagnose/finding.c %reldir%/diagnose/finding.h \
	%reldir%/diagnose/group.c %reldir%/diagnose/group.h \
	%reldir%/diagnose/history.c %reldir%/diagnose/history.h \
	%reldir%/diagnose/judgement.c %reldir%/diagnose/judgement.h \
	%reldir%/diagnose/kdc_view.c %reldir%/diagnose/kdc_view.h \
	%reldir%/diagnose/kin.c %reldir%/diagnose/kin.h \
	%reldir%/diagnose/known_good.c %reldir%/diagnose/known_good.h \
	%reldir%/diagnose/lexer.c %reldir%/diagnose/lexer.h \
	%reldir%/diagnose/loader.h \
	%reldir%/diagnose/lookback.c %reldir%/diagnose/lookback.h \
	%reldir%/diagnose/oddity.c %reldir%/diagnose/oddity.h \
	%reldir%/diagnose/open_hosts.c %reldir%/diagnose/open_hosts.h \
	%reldir%/diagnose/opinion.c %reldir%/diagnose/opinion.h \
	%reldir%/diagnose/pairs.c %reldir%/diagnose/pairs.h \
	%reldir%/diagnose/passing.c %reldir%/diagnose/passing.h \
	%reldir%/diagnose/past.h \
	%reldir%/diagnose/place.c %reldir%/diagnose/place.h \
	%reldir%/diagnose/productkeys.c \
	%reldir%/diagnose/products.c %reldir%/diagnose/products.h \
	%reldir%/diagnose/rulefile.c \
	%reldir%/diagnose/rulekeys.c \
	%reldir%/diagnose/rules.c %reldir%/diagnose/rules.h \
	%reldir%/diagnose/ruleset.h \
	%reldir%/diagnose/runs.c %reldir%/diagnose/runs.h \
	%reldir%/diagnose/outages.c %reldir%/diagnose/outages.h \
	%reldir%/diagnose/sides.c %reldir%/diagnose/sides.h \
	%reldir%/diagnose/story.c %reldir%/diagnose/story.h \
	%reldir%/diagnose/tally.c %reldir%/diagnose/tally.h \
	%reldir%/diagnose/template.c %reldir%/diagnose/template.h \
	%reldir%/diagnose/tree.h \
	%reldir%/diagnose/truth.h \
	\
	%reldir%/report/annex.c %reldir%/report/annex.h \
	%reldir%/report/brief.c %reldir%/report/brief.h \
	%reldir%/report/clocks.c %reldir%/report/clocks.h \
	%reldir%/report/community.c %reldir%/report/community.h \
	%reldir%/report/contrast.c %reldir%/report/contrast.h \
	%reldir%/report/event.c %reldir%/report/event.h \
	%reldir%/report/formats.c %reldir%/report/formats.h \
	%reldir%/report/html.c %reldir%/report/html.h \
	%reldir%/report/html_annex.c \
	%reldir%/report/html_finding.c \
	%reldir%/report/html_ladder.c \
	%reldir%/report/html_status.c %reldir%/report/html_status.h \
	%reldir%/report/html_style.c \
	%reldir%/report/html_table.c \
	%reldir%/report/html_tables.c \
	%reldir%/report/html_timeline.c \
	%reldir%/report/identities.c %reldir%/report/identities.h \
	%reldir%/report/json.c %reldir%/report/json.h \
	%reldir%/report/json_exchange.c \
	%reldir%/report/json_finding.c \
	%reldir%/report/inventory.c %reldir%/report/inventory.h \
	%reldir%/report/lanes.c %reldir%/report/lanes.h \
	%reldir%/report/latency.c %reldir%/report/latency.h \
	%reldir%/report/json_summary.c \
	%reldir%/report/json_tables.c \
	%reldir%/report/json_tokens.c \
	%reldir%/report/jsonw.c %reldir%/report/jsonw.h \
	%reldir%/report/ladder.c %reldir%/report/ladder.h \
	%reldir%/report/ladder_words.c \
	%reldir%/report/markdown.c %reldir%/report/markdown.h \
	%reldir%/report/markdown_tables.c \
	%reldir%/report/model.c %reldir%/report/model.h \
	%reldir%/report/page.c %reldir%/report/page.h \
	%reldir%/report/quality.c %reldir%/report/quality.h \
	%reldir%/report/redact.c %reldir%/report/redact.h \
	%reldir%/report/sink.c %reldir%/report/sink.h \
	%reldir%/report/target.c %reldir%/report/target.h \
	%reldir%/report/text.c %reldir%/report/text.h \
	%reldir%/report/text_finding.c \
	%reldir%/report/text_quality.c \
	%reldir%/report/text_tables.c \
	%reldir%/report/totals.c %reldir%/report/totals.h \
	%reldir%/report/tickets.c \
	%reldir%/report/verified.c \
	%reldir%/report/words.c %reldir%/report/words.h \
	\
	%reldir%/compare/compare.c %reldir%/compare/compare.h \
	%reldir%/compare/item.c %reldir%/compare/item.h \
	%reldir%/compare/load.c \
	\
	%reldir%/events/attempt.c \
	%reldir%/events/events.c %reldir%/events/events.h \
	%reldir%/events/finding.c \
	%reldir%/events/makers.c %reldir%/events/makers.h \
	%reldir%/events/parts.c %reldir%/events/parts.h \
	%reldir%/events/tokens.c \
	\
	%reldir%/state/buckets.c %reldir%/state/buckets.h \
	%reldir%/state/key.c %reldir%/state/key.h \
	%reldir%/state/recall.c %reldir%/state/remember.c \
	%reldir%/state/seen.c %reldir%/state/seen.h \
	%reldir%/state/state_parts.h \
	%reldir%/state/state.c %reldir%/state/state.h \
	\
	%reldir%/evidence/agents.c %reldir%/evidence/agents.h \
	%reldir%/evidence/beside.c %reldir%/evidence/beside.h \
	%reldir%/evidence/checksum.c %reldir%/evidence/checksum.h \
	%reldir%/evidence/choice.c %reldir%/evidence/choice.h \
	%reldir%/evidence/coded.c %reldir%/evidence/coded.h \
	%reldir%/evidence/dns.c %reldir%/evidence/dns.h \
	%reldir%/evidence/evidence.c %reldir%/evidence/evidence.h \
	%reldir%/evidence/kdc.c %reldir%/evidence/kdc.h \
	%reldir%/evidence/lookback.c %reldir%/evidence/lookback.h \
	%reldir%/evidence/layers.c %reldir%/evidence/layers.h \
	%reldir%/evidence/map.c %reldir%/evidence/map.h \
	%reldir%/evidence/mask.c %reldir%/evidence/mask.h \
	%reldir%/evidence/mask_auth.c %reldir%/evidence/mask_auth.h \
	%reldir%/evidence/mask_basic.c \
	%reldir%/evidence/mask_bearer.c \
	%reldir%/evidence/mask_body.c %reldir%/evidence/mask_body.h \
	%reldir%/evidence/mask_der.c \
	%reldir%/evidence/mask_gss.h \
	%reldir%/evidence/mask_http.c %reldir%/evidence/mask_http.h \
	%reldir%/evidence/mask_ntlm.c \
	%reldir%/evidence/names.c %reldir%/evidence/names.h \
	%reldir%/evidence/neighbour.c %reldir%/evidence/neighbour.h \
	%reldir%/evidence/numbers.c %reldir%/evidence/numbers.h \
	%reldir%/evidence/pcapng.c %reldir%/evidence/pcapng.h \
	%reldir%/evidence/preface.c %reldir%/evidence/preface.h \
	%reldir%/evidence/recheck.c %reldir%/evidence/recheck.h \
	%reldir%/evidence/remark.c %reldir%/evidence/remark.h \
	%reldir%/evidence/rewrite.c %reldir%/evidence/rewrite.h \
	%reldir%/evidence/extents.c %reldir%/evidence/extents.h \
	%reldir%/evidence/shown.c %reldir%/evidence/shown.h \
	%reldir%/evidence/talk.c %reldir%/evidence/talk.h \
	%reldir%/evidence/ticket.c %reldir%/evidence/ticket.h \
	%reldir%/evidence/tls_shown.c %reldir%/evidence/tls_shown.h \
	\
	%reldir%/server/board.c %reldir%/server/board.h \
	%reldir%/server/server.c %reldir%/server/server.h \
	\
	%reldir%/proxylog/entry.h \
	%reldir%/proxylog/format.c %reldir%/proxylog/format.h \
	%reldir%/proxylog/join.c %reldir%/proxylog/load.c \
	%reldir%/proxylog/proxylog.h \
	%reldir%/proxylog/stamp.c %reldir%/proxylog/stamp.h \
	\
	%reldir%/options/config.c %reldir%/options/config.h \
	%reldir%/options/options.c %reldir%/options/options.h \
	%reldir%/options/options_folder.c \
	%reldir%/options/options_parts.h %reldir%/options/options_rows.c \
	%reldir%/options/options_take.c %reldir%/options/options_together.c \
	\
	%reldir%/observe/echo.c %reldir%/observe/echo.h \
	%reldir%/observe/follow.h %reldir%/observe/follow_http.c \
	%reldir%/observe/follow_witness.c \
	%reldir%/observe/manners.c %reldir%/observe/manners.h \
	%reldir%/observe/observe.c %reldir%/observe/observe.h \
	%reldir%/observe/pool.c %reldir%/observe/pool.h \
	%reldir%/observe/pool_member.c %reldir%/observe/pool_order.c \
	%reldir%/observe/pool_parts.h \
	%reldir%/observe/proxy_header.c %reldir%/observe/proxy_header.h \
	%reldir%/observe/queues.c %reldir%/observe/queues.h \
	%reldir%/observe/share.c %reldir%/observe/share.h \
	%reldir%/observe/worker.c %reldir%/observe/worker.h \
	\
	%reldir%/verdict/before.c %reldir%/verdict/before.h \
	%reldir%/verdict/correlator.c %reldir%/verdict/correlator.h \
	%reldir%/verdict/evidence_ring.c %reldir%/verdict/evidence_ring.h \
	%reldir%/verdict/rulebook.c %reldir%/verdict/rulebook.h \
	%reldir%/verdict/summing.c %reldir%/verdict/summing.h \
	%reldir%/verdict/tell.c %reldir%/verdict/tell.h \
	\
	%reldir%/live/findings_told.c %reldir%/live/findings_told.h \
	%reldir%/live/listeners.c %reldir%/live/listeners.h \
	%reldir%/live/live_files.c %reldir%/live/live_files.h \
	%reldir%/live/metrics.c %reldir%/live/metrics.h \
	%reldir%/live/notify.c %reldir%/live/notify.h \
	%reldir%/live/sensor.c %reldir%/live/sensor.h \
	%reldir%/live/sensor_parts.h %reldir%/live/sensor_say.c \
	%reldir%/live/status.c %reldir%/live/status.h \
	%reldir%/live/stream.c %reldir%/live/stream.h \
	%reldir%/live/teller.c %reldir%/live/teller.h \
	%reldir%/live/trend.c %reldir%/live/trend.h

libp407_a_CFLAGS = $(AM_CFLAGS) $(LTO)

# What --keytab needs, or who says that it is not there.
if MICROHTTPD
libp407_a_SOURCES += %reldir%/server/serve.c
else
libp407_a_SOURCES += %reldir%/server/serve_none.c
endif

if KRB5
libp407_a_SOURCES += %reldir%/verify/keytab.c
else
libp407_a_SOURCES += %reldir%/verify/keytab_none.c
endif

# The rules are compiled in: p407 starts without reading a file, and a rule
# that is wrong stops the build.  Apart from libp407.a, because rulec is
# linked with that.
noinst_PROGRAMS += rulec
rulec_SOURCES = %reldir%/diagnose/rulec.c
rulec_LDFLAGS = $(HARDEN_LD) $(NO_LTO_LD)
rulec_LDADD = libp407.a $(p407_libraries)

noinst_LIBRARIES += librules.a
nodist_librules_a_SOURCES = %reldir%/rules_default.c
CLEANFILES += %reldir%/rules_default.c
%reldir%/rules_default.c: rulec$(EXEEXT) $(top_srcdir)/rules/*.yaml
	$(AM_V_GEN)$(MKDIR_P) %reldir% && here=`pwd` && \
	    cd $(top_srcdir) && "$$here/rulec$(EXEEXT)" rules "$$here/$@"
EXTRA_DIST += rules

p407_libraries = $(PCAP_LIBS) $(SECCOMP_LIBS) $(CRYPTO_LIBS) $(YAML_LIBS) $(ZLIB_LIBS) \
	$(ZSTD_LIBS) $(LZ4_LIBS) $(KRB5_LIBS) $(SQLITE_LIBS)

bin_PROGRAMS += p407
p407_SOURCES = %reldir%/main.c
p407_CFLAGS = $(AM_CFLAGS) $(LTO)
p407_LDFLAGS = $(HARDEN_LD) $(LTO_LD)
p407_LDADD = libp407.a librules.a $(p407_libraries) $(JEMALLOC_LIBS)

dist_man_MANS = %reldir%/p407.1

completiondir = $(datadir)/bash-completion/completions
EXTRA_DIST += %reldir%/p407.bash
install-data-hook:
	$(MKDIR_P) "$(DESTDIR)$(completiondir)"
	$(INSTALL_DATA) $(srcdir)/%reldir%/p407.bash \
	    "$(DESTDIR)$(completiondir)/p407"
uninstall-hook:
	rm -f "$(DESTDIR)$(completiondir)/p407"
