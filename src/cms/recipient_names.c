/* SPDX-License-Identifier: ISC */
/*
 * Whom a message names, for whoever looks for their keys elsewhere.
 */
#include "cms/recipient_info.h"

static ps_code
names_of_kari(const struct cms_recipient *ri, cms_name_fn see, void *arg, ps_err *err)
{
	struct der_state state;
	struct der d, list, seq, key_id;
	struct cms_id id;
	ps_code code = PS_OK;

	der_init(&d, &state, ri->list, 0, false, "recipientEncryptedKeys");
	list = der_enter(&d, DER_SEQUENCE, "recipientEncryptedKeys");
	while (code == PS_OK && der_more(&list)) {
		id = (struct cms_id){ 0 };
		seq = der_enter(&list, DER_SEQUENCE, "RecipientEncryptedKey");
		if (der_try_enter(&seq, DER_CTX(0), "rKeyId", &key_id))
			id.ski = der_octets(&key_id, "subjectKeyIdentifier");
		else
			cms_id_parse_serial(&seq, DER_SEQUENCE, &id);
		(void)der_octets(&seq, "encryptedKey");
		if (!der_failed(&seq))
			code = see(arg, &id, err);
	}
	return code;
}

ps_code
cms_recipients_names(const struct cms_recipients *r, cms_name_fn see, void *arg, ps_err *err)
{
	struct cms_recipient ri;
	ps_code code = PS_OK;

	for (size_t i = 0; i < r->n && code == PS_OK; i++) {
		cms_recipient_parse(r, i, &ri);
		if (ri.kind == CMS_KARI)
			code = names_of_kari(&ri, see, arg, err);
		else if (ri.kind == CMS_KTRI || ri.kind == CMS_KEM)
			code = see(arg, &ri.id[0], err);
	}
	return code;
}
