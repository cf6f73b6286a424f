/* SPDX-License-Identifier: ISC */
#ifndef PS_STREAM_WORDS_H
#define PS_STREAM_WORDS_H

/* What streams have to say. */

#include "base/words.h"

#define W_STREAM_PEEK	PS_N_("asked to look {min} octets ahead; 1 to {max} is possible")
#define W_STREAM_NO_REWIND PS_N_("this input cannot be read a second time")
#define W_STREAM_SHORTER PS_N_("the input ended {missing} octets early; did somebody change it while it was read?")
#define W_STREAM_STUCK	PS_N_("a conversion stopped moving; this is an error of the program")
#define W_STREAM_B64_DIGIT PS_N_("the base64 text ends in a single left-over digit; its last line was cut off")
#define W_STREAM_ZLIB_DAMAGED PS_N_("the compressed content is damaged: {why}")
#define W_STREAM_ZLIB_CUT PS_N_("the compressed content ends too early; its end was cut off")
#define W_STREAM_ZLIB_MORE PS_N_("something follows the compressed content where nothing may")
#define W_STREAM_ZLIB_DICTIONARY PS_N_("the compressed content wants a dictionary, which no mail carries")
#define W_STREAM_ZLIB_RATIO PS_N_("the content grows to more than {max} times its compressed size, as made to exhaust whoever opens it")
#define W_STREAM_ZLIB_BYTES PS_N_("the compressed content has more than {max} octets")
#define W_STREAM_OPEN	PS_N_("cannot open {path}: {reason}")
#define W_STREAM_READ	PS_N_("cannot read {path}: {reason}")
#define W_STREAM_WRITE	PS_N_("cannot write {path}: {reason}")
#define W_STREAM_REPLACE PS_N_("cannot put the finished file at {path}: {reason}")
#define W_STREAM_NOT_REGULAR PS_N_("{path} is not a regular file, so it cannot be replaced as a whole; name a file or write to standard output")
#define W_STREAM_TEMP	PS_N_("cannot make a temporary file in {path}: {reason}; set TMPDIR to a folder with room")
#define W_STREAM_MEMORY_MAX PS_N_("more than the {max} octets that this output may hold")
#define W_STREAM_FINISHED PS_N_("this output is already finished; nothing more can be written")
#define W_STREAM_ABANDONED PS_N_("this output was abandoned; nothing more can be written")
#define W_STREAM_BROKEN	PS_N_("an earlier write to this output failed, so it cannot become whole")
#define W_STREAM_STDIN	PS_N_("standard input")
#define W_STREAM_STDOUT	PS_N_("standard output")
#define W_STREAM_FD	PS_N_("an open file")

#define W_STREAM_THREAD	PS_N_("the system gives no second thread (error {number}); it goes on with one")
#define W_STREAM_RESTART PS_N_("this output cannot begin anew")

#endif
