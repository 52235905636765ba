/* SPDX-License-Identifier: BSD-2-Clause */
#include "evidence/agents.h"

#include <ctype.h>

/* In lower case; a word is what stands before "/", or all of it. */
static const char *const known[] = { "mozilla", "applewebkit", "khtml", "like",
	"gecko", "chrome", "headlesschrome", "chromium", "safari", "firefox",
	"edg", "edge", "opr", "trident", "msie", "mobile", "version", "windows",
	"nt", "win64", "wow64", "x64", "x11", "linux", "x86_64", "i686",
	"aarch64", "macintosh", "intel", "mac", "os", "x", "android", "iphone",
	"ipad", "cpu", "ubuntu", "debian", "fedora", "curl", "wget", "git",
	"java", "java-http-client", "apache-httpclient", "apache-maven",
	"maven", "gradle", "python", "python-requests", "python-urllib",
	"urllib3", "aiohttp", "boto3", "botocore", "aws-cli", "aws-sdk-go",
	"go-http-client", "go", "okhttp", "ruby", "bundler", "cargo",
	"composer", "node", "node.js", "node-fetch", "npm", "pnpm", "yarn",
	"undici", "axios", "pip", "setuptools", "terraform", "helm", "docker",
	"containerd", "skopeo", "buildkit", "apt", "apt-http", "apt-curl",
	"libdnf", "dnf", "yum", "urlgrabber", "zypp", "php", "guzzlehttp",
	"perl", "libwww-perl", "lwp", "dart", "rust", "reqwest", "hyper",
	"dotnet", ".net", "powershell", "microsoft", "microsoft-cryptoapi",
	"microsoft-delivery-optimization", "microsoft-webdav-miniredir",
	"microsoft_device_metadata_retrieval_client", "ncsi", "bits", "office",
	"outlook", "teams", "onedrive", "winhttp",
	"winhttp-autoproxy-service", "windows-update-agent",
	"captivenetworksupport", "networkmanager", "cfnetwork", "darwin",
	"com.apple.trustd", "trustd", "ocspd", "squid", "cntlm", "px",
	"compatible", "rv", "u", "en-us" };

static bool
is_known(struct span word)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (span_eq_nocase(word, span_of_str(known[i])))
			return true;
	return false;
}

/* "7.88.1", "1.8.0_392", "10.0;": a number, not a name. */
static bool
is_version(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!isdigit(s.at[i]) && strchr("._-+", s.at[i]) == NULL)
			return false;
	return s.len <= 24;
}

static void
show_word(const struct shown *s, struct span word)
{
	size_t slash = span_find(word, '/');
	struct span name = span_first(word, slash);
	struct span version = span_from(word, slash + 1);
	uint8_t *out = shown_at(s, word);

	for (size_t i = 0; i < word.len; i++)
		out[i] = isdigit(word.at[i]) ? '0'
		    : isalpha(word.at[i])    ? 'x'
		    : isgraph(word.at[i])    ? word.at[i]
		                             : 'x';
	if (!is_known(name) && !(slash == word.len && is_version(name)))
		return;
	show(s, name);
	if (is_version(version))
		show(s, version);
}

void
agents_show(const struct shown *s, struct span part)
{
	static const char between[] = " \t\r\n;,():";

	while (part.len > 0) {
		size_t k = 0;

		while (k < part.len &&
		    (part.at[k] == 0 || strchr(between, part.at[k]) == NULL))
			k++;
		if (k > 0)
			show_word(s, span_first(part, k));
		if (k < part.len)
			show(s, span_of(part.at + k, 1));
		part = span_from(part, k + 1);
	}
}
