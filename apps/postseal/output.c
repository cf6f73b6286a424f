/* SPDX-License-Identifier: ISC */
/*
 * Outputs.
 *
 * Only what can be taken back is written as it comes. The library asks the
 * writer whether it can be abandoned: a file beside the target can, what goes
 * through a descriptor cannot, and there the library holds until all is known
 * to be good. So the choice made here is the whole of it.
 */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "say.h"
#include "text.h"

static bool
is_stdout(const char *path)
{
	return path == NULL || strcmp(path, "-") == 0;
}

/* A folder counts as replaceable, so that the library says what is wrong. */
static bool
can_replace(const char *path)
{
	struct stat st;

	return stat(path, &st) != 0 || S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
}

static int
open_through(struct output *out, const char *path)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	if (path != NULL) {
		out->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		if (out->fd < 0) {
			say(T_OPEN_OUTPUT, path, strerror(errno));
			return ps_code_info(PS_E_WRITE)->exit_status;
		}
	}
	code = ps_writer_open_fd(&out->writer, path == NULL ? STDOUT_FILENO : out->fd, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain(out->label, code, &err);
}

/* A link to a file stays a link: what it points to is replaced. */
static ps_code
open_beside(struct output *out, const char *path, ps_err *err)
{
	char *target = realpath(path, NULL);
	ps_code code = ps_writer_open_file(&out->writer, target != NULL ? target : path, err);

	free(target);
	return code;
}

int
output_open(struct output *out, const char *path)
{
	ps_err err = PS_ERR_INIT;
	ps_code code;

	*out = (struct output){ .fd = -1, .label = is_stdout(path) ? "standard output" : path };
	if (is_stdout(path))
		return open_through(out, NULL);
	if (!can_replace(path))
		return open_through(out, path);
	code = open_beside(out, path, &err);
	return code == PS_OK ? EXIT_GOOD : say_chain(path, code, &err);
}

int
output_finish(struct output *out)
{
	ps_err err = PS_ERR_INIT;
	ps_code code = out->writer->ops->finish(out->writer, &err);

	return code == PS_OK ? EXIT_GOOD : say_chain(out->label, code, &err);
}

void
output_close(struct output *out)
{
	ps_writer_close(out->writer);
	if (out->fd >= 0)
		close(out->fd);
	*out = (struct output){ .fd = -1 };
}

const char *
failed_place(const struct output *out, const char *path, ps_code code)
{
	return code == PS_E_WRITE || code == PS_E_FULL ? out->label : say_label(path);
}

ps_code
write_label(ps_writer *w, const char *path, ps_err *err)
{
	const char *label = say_label(path);
	ps_slice name = { (const uint8_t *)label, strlen(label) };
	ps_slice end = { (const uint8_t *)":\n", 2 };
	ps_code code = w->ops->write(w, name, err);

	return code == PS_OK ? w->ops->write(w, end, err) : code;
}

bool
is_terminal(const char *path)
{
	return is_stdout(path) && isatty(STDOUT_FILENO) == 1;
}
