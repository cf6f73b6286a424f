/* SPDX-License-Identifier: ISC */
/*
 * The certificates of a file.
 */
#include "base/buf.h"
#include "x509/cert.h"
#include "x509/words.h"

#define WHERE	"x509.file"

static ps_code
hand_on(ps_slice der, ps_cert_fn each, void *arg, ps_err *err)
{
	ps_cert *c = NULL;
	ps_code code = ps_cert_parse(&c, der, err);

	if (code == PS_OK)
		code = each(arg, c, err);
	ps_cert_free(c);
	return code;
}

ps_code
ps_cert_each_of_file(const char *path, ps_cert_fn each, void *arg, ps_err *err)
{
	struct ps_keyfile f = { 0 };
	ps_code code = ps_keyfile_load(&f, path, NULL, NULL, &ps_limits_default, err);

	if (code != PS_OK)
		return code;
	if (f.ncert == 0)
		code = ps_fail(err, PS_E_NOT_FOUND, WHERE, PS_NOWHERE, W_X509_FILE_EMPTY,
		    PS_TEXT("path", path));
	for (size_t i = 0; i < f.ncert && code == PS_OK; i++)
		code = hand_on(ps_buf_get(&f.cert[i]), each, arg, err);
	ps_keyfile_clear(&f);
	return code;
}
