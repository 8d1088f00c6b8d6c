/*
 * links.c - this send is what that receive returned: bytes put into a channel
 * (a pipe) are remembered with their crossing until they are taken out. A get
 * may cover parts of several puts; each part is a link. A Mach message is a
 * channel of its own that is put and taken out whole, and so is a descriptor
 * that is passed through a socket.
 */
#include "state.h"

#include <stdlib.h>
#include <string.h>

/* Does the put follow the channel's last? The usual case, and the last is
 * usually the newest. */
static bool follows(const struct tracker_state *s, uint64_t channel,
                    uint64_t offset)
{
    for (size_t i = s->puts; i-- > 0;)
        if (s->put[i].channel == channel)
            return s->put[i].offset + s->put[i].bytes == offset;
    return true;
}

/* A channel whose offsets begin again is a new one under an old id. */
static void forget_restarted(struct tracker_state *s, uint64_t channel,
                             uint64_t offset)
{
    size_t keep = 0;
    for (size_t i = 0; i < s->puts; i++) {
        struct put *p = &s->put[i];
        if (p->channel != channel || p->offset + p->bytes <= offset)
            s->put[keep++] = *p;
    }
    s->puts = keep;
}

static bool room_for_put(struct tracker_state *s)
{
    if (s->puts == PUTS_MAX) { /* never taken out: the oldest give way */
        memmove(s->put, s->put + PUTS_MAX / 2, PUTS_MAX / 2 * sizeof s->put[0]);
        s->puts = PUTS_MAX / 2;
    }
    if (s->puts < s->put_room)
        return true;
    size_t room = s->put_room * 2 + 64;
    struct put *grown = realloc(s->put, room * sizeof *grown);
    if (grown == NULL)
        return false;
    s->put = grown;
    s->put_room = room;
    return true;
}

static void add_put(struct tracker *t, const struct put *p)
{
    struct tracker_state *s = &t->s;
    if (!room_for_put(s))
        tracker_failed(t);
    else
        s->put[s->puts++] = *p;
}

void links_put(struct tracker *t, uint64_t channel, uint64_t offset,
               uint64_t bytes)
{
    struct tracker_state *s = &t->s;
    if (bytes == 0 || offset + bytes < offset)
        return;
    if (!follows(s, channel, offset))
        forget_restarted(s, channel, offset);
    add_put(t, &(struct put){channel, offset, bytes, s->current, 0, 0});
}

void links_send(struct tracker *t, uint64_t message, uint64_t port, int32_t id,
                uint64_t bytes)
{
    add_put(t, &(struct put){MESSAGE_CHANNEL | message, 0, bytes, t->s.current,
                             port, id});
}

void links_receive(struct tracker *t, uint64_t message, uint64_t bytes)
{
    links_get(t, MESSAGE_CHANNEL | message, 0, bytes);
}

bool links_forget(struct tracker *t, uint64_t message)
{
    struct tracker_state *s = &t->s;
    for (size_t i = s->puts; i-- > 0;)
        if (s->put[i].channel == (MESSAGE_CHANNEL | message)) {
            s->puts--;
            memmove(&s->put[i], &s->put[i + 1],
                    (s->puts - i) * sizeof s->put[0]);
            return true;
        }
    return false;
}

static void add_link(struct tracker *t, const struct link *l)
{
    uint32_t index = tracker_chain(t, l->to, CHAIN_LINK, &t->s.links,
                                   offsetof(struct link_record, next));
    if (index == 0)
        return;
    struct link_record *r = list_at(&t->s.links, index - 1);
    r->l = *l;
    struct event e = {.kind = EVENT_LINK, .link = &r->l};
    tracker_say(t, &e, l->to,
                t->s.owner != 0 ? process_at(t, t->s.owner - 1) : NULL);
    /* The sender's record shows it as well. */
    index = tracker_chain(t, l->from, CHAIN_LINK, &t->s.links,
                          offsetof(struct link_record, next));
    if (index != 0)
        ((struct link_record *)list_at(&t->s.links, index - 1))->l = *l;
}

void links_get(struct tracker *t, uint64_t channel, uint64_t offset,
               uint64_t bytes)
{
    struct tracker_state *s = &t->s;
    uint64_t end = offset + bytes;
    if (end < offset || s->current == 0)
        return;
    size_t keep = 0;
    for (size_t i = 0; i < s->puts; i++) {
        struct put p = s->put[i];
        uint64_t put_end = p.offset + p.bytes;
        if (p.channel == channel && p.offset < end && put_end > offset) {
            uint64_t from = p.offset > offset ? p.offset : offset;
            uint64_t to = put_end < end ? put_end : end;
            if (p.crossing != 0 && p.crossing != s->current)
                add_link(t, &(struct link){.from = p.crossing,
                                           .to = s->current,
                                           .channel = channel,
                                           .offset = from,
                                           .bytes = to - from,
                                           .port = p.port,
                                           .id = p.id});
        }
        if (p.channel != channel || put_end > end)
            s->put[keep++] = p;
    }
    s->puts = keep;
}

void links_fd_send(struct tracker *t, uint64_t number, int32_t fd)
{
    add_put(t, &(struct put){.channel = DESCRIPTOR_CHANNEL | number,
                             .bytes = 1,
                             .crossing = t->s.current,
                             .id = fd});
}

void links_fd_receive(struct tracker *t, uint64_t number, int32_t fd)
{
    struct tracker_state *s = &t->s;
    uint64_t channel = DESCRIPTOR_CHANNEL | number;
    size_t i = 0;
    while (i < s->puts && s->put[i].channel != channel)
        i++;
    if (i == s->puts || s->current == 0)
        return;
    struct put p = s->put[i];
    memmove(s->put + i, s->put + i + 1, (--s->puts - i) * sizeof p);
    if (p.crossing != 0 && fd >= 0) /* else closed unseen */
        add_link(t, &(struct link){.from = p.crossing,
                                   .to = s->current,
                                   .channel = channel,
                                   .descriptor = number,
                                   .fd_from = p.id,
                                   .fd_to = fd});
}
