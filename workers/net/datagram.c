#include <sys/socket.h>

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "net/datagram.h"

/* Room for the control message that has our address. */
union datagram_control {
	struct cmsghdr header;
	uint8_t space[CMSG_SPACE(sizeof(struct in6_pktinfo)) +
	    CMSG_SPACE(sizeof(struct in_pktinfo))];
};

static size_t
datagram_control(union datagram_control *, const struct sockaddr_storage *);
static void
datagram_note_address(struct datagram *, struct msghdr *, in_port_t);

bool
datagram_receive(struct datagram *datagram, int fd, in_port_t port)
{
	struct iovec part = { datagram->data, sizeof(datagram->data) };
	union datagram_control control;
	struct msghdr message;
	ssize_t n;

	do {
		message = (struct msghdr){
			.msg_name = &datagram->from,
			.msg_namelen = sizeof(datagram->from),
			.msg_iov = &part,
			.msg_iovlen = 1,
			.msg_control = &control,
			.msg_controllen = sizeof(control),
		};
		memset(&datagram->from, 0, sizeof(datagram->from));
		n = recvmsg(fd, &message, MSG_DONTWAIT);
	} while (n == -1 && errno == EINTR);
	if (n == -1)
		return false;
	/* A datagram that was cut off is no ClientHello. */
	datagram->size = message.msg_flags & MSG_TRUNC ? 0 : (size_t)n;
	datagram->address_size = message.msg_namelen;
	datagram_note_address(datagram, &message, port);
	return true;
}

void
datagram_reply(
    const struct datagram *datagram, int fd, const uint8_t *data, size_t size)
{
	/* sendmsg(2) does not change what these point to. */
	struct iovec part = { (void *)(uintptr_t)data, size };
	union datagram_control control = { 0 };
	struct msghdr message = {
		.msg_name = (void *)(uintptr_t)&datagram->from,
		.msg_namelen = datagram->address_size,
		.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = datagram_control(&control, &datagram->to),
	};

	if (size > 0)
		(void)sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* Make the control message that sets the sender's address. Returns its size. */
static size_t
datagram_control(
    union datagram_control *control, const struct sockaddr_storage *from)
{
	const struct sockaddr_in6 *from6 = (const struct sockaddr_in6 *)from;
	const struct sockaddr_in *from4 = (const struct sockaddr_in *)from;
	struct in6_pktinfo v6 = { from6->sin6_addr, from6->sin6_scope_id };
	struct in_pktinfo v4 = { .ipi_spec_dst = from4->sin_addr };
	struct cmsghdr *header = &control->header;

	if (from->ss_family == AF_INET6) {
		header->cmsg_level = IPPROTO_IPV6;
		header->cmsg_type = IPV6_PKTINFO;
		header->cmsg_len = CMSG_LEN(sizeof(v6));
		memcpy(CMSG_DATA(header), &v6, sizeof(v6));
		return CMSG_SPACE(sizeof(v6));
	}
	header->cmsg_level = IPPROTO_IP;
	header->cmsg_type = IP_PKTINFO;
	header->cmsg_len = CMSG_LEN(sizeof(v4));
	memcpy(CMSG_DATA(header), &v4, sizeof(v4));
	return CMSG_SPACE(sizeof(v4));
}

static void
datagram_note_address(
    struct datagram *datagram, struct msghdr *message, in_port_t port)
{
	struct sockaddr_storage *to = &datagram->to;
	struct sockaddr_in6 *to6 = (struct sockaddr_in6 *)to;
	struct sockaddr_in *to4 = (struct sockaddr_in *)to;
	struct in6_pktinfo v6;
	struct in_pktinfo v4;
	struct cmsghdr *header;

	memset(to, 0, sizeof(*to));
	to->ss_family = datagram->from.ss_family;
	for (header = CMSG_FIRSTHDR(message); header != NULL;
	     header = CMSG_NXTHDR(message, header))
		if (to->ss_family == AF_INET6 &&
		    header->cmsg_level == IPPROTO_IPV6 &&
		    header->cmsg_type == IPV6_PKTINFO) {
			memcpy(&v6, CMSG_DATA(header), sizeof(v6));
			to6->sin6_addr = v6.ipi6_addr;
			if (IN6_IS_ADDR_LINKLOCAL(&v6.ipi6_addr))
				to6->sin6_scope_id = (uint32_t)v6.ipi6_ifindex;
			to6->sin6_port = port;
		} else if (to->ss_family == AF_INET &&
		    header->cmsg_level == IPPROTO_IP &&
		    header->cmsg_type == IP_PKTINFO) {
			memcpy(&v4, CMSG_DATA(header), sizeof(v4));
			to4->sin_addr = v4.ipi_spec_dst;
			to4->sin_port = port;
		}
}
