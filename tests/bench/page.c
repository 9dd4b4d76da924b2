#include "page.h"

#define TEN(part)     part part part part part part part part part part
#define THOUSAND(one) TEN(TEN(TEN(one)))

const char page_answer[] =
    "HTTP/1.0 200 ok\r\nContent-type: text/plain\r\n\r\n" THOUSAND("x");
const size_t page_answer_size = sizeof(page_answer) - 1;
