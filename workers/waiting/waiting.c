#include "waiting/waiting.h"

void
waiting_init(struct waiting *waiting)
{
	TAILQ_INIT(&waiting->statuses);
	crl_cache_init(&waiting->crls);
}

void
waiting_news(struct waiting *waiting)
{
	stapling_news(&waiting->statuses);
}
