/*
 * window_sdl.c - window.h on SDL 2: Cairo draws straight on the window
 * surface's pixels. SDL_HINT_FRAMEBUFFER_ACCELERATION=0 keeps SDL from
 * presenting through software OpenGL, which costs ten times as much (measured:
 * docs/developer). Scaling is the view's, not SDL's.
 */
#include "window.h"

#include <SDL.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct window {
    SDL_Window *sdl;
    SDL_Surface *pixels;      /* the window's own; SDL frees it */
    cairo_surface_t *surface; /* on pixels, or on a surface of its own */
    bool indirect;            /* ... whose pixels are converted on showing */
    bool shift;               /* was down with the last key */
};

/* ---- Opening ---- */

static int sdl_error(const char *what, char *why, size_t n)
{
    snprintf(why, n, "window: %s: %s", what, SDL_GetError());
    return -1;
}

/* Without a display SDL falls back to drivers that draw into the void. */
static bool nobody_sees(const char *driver)
{
    return !driver || strcmp(driver, "offscreen") == 0 ||
           strcmp(driver, "dummy") == 0 || strcmp(driver, "evdev") == 0;
}

int window_open(const char *title, int w, int h, struct window **out, char *why,
                size_t why_bytes)
{
    SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    SDL_SetHint(SDL_HINT_VIDEO_X11_NET_WM_BYPASS_COMPOSITOR, "0");
    /* Only where there is one: libwayland complains by itself otherwise. */
    if (!getenv("WAYLAND_DISPLAY") && !getenv("SDL_VIDEODRIVER"))
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "x11");
    if (SDL_Init(SDL_INIT_VIDEO) != 0) {
        snprintf(why, why_bytes,
                 "window: no display: %s; run, trace and shot need none",
                 SDL_GetError());
        return -1;
    }
    if (nobody_sees(SDL_GetCurrentVideoDriver())) {
        SDL_Quit();
        snprintf(why, why_bytes,
                 "window: no display; run, trace and shot need none");
        return -1;
    }
    struct window *window = calloc(1, sizeof *window);
    if (!window)
        abort();
    SDL_Rect usable;
    if (SDL_GetDisplayUsableBounds(0, &usable) == 0) {
        w = SDL_min(w, usable.w);
        h = SDL_min(h, usable.h);
    }
    window->sdl =
        SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                         w, h, SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (!window->sdl) {
        int status = sdl_error("cannot open", why, why_bytes);
        free(window);
        SDL_Quit();
        return status;
    }
    SDL_StartTextInput();
    *out = window;
    return 0;
}

static void drop_surface(struct window *w)
{
    if (w->surface)
        cairo_surface_destroy(w->surface);
    w->surface = NULL;
    w->pixels = NULL;
}

void window_close(struct window *w)
{
    if (!w)
        return;
    drop_surface(w);
    SDL_DestroyWindow(w->sdl);
    free(w);
    SDL_Quit();
}

void window_title(struct window *w, const char *title)
{
    SDL_SetWindowTitle(w->sdl, title);
}

/* ---- Pixels ---- */

cairo_surface_t *window_surface(struct window *w)
{
    if (w->surface)
        return w->surface;
    w->pixels = SDL_GetWindowSurface(w->sdl);
    if (!w->pixels)
        return NULL;
    Uint32 format = w->pixels->format->format;
    w->indirect =
        format != SDL_PIXELFORMAT_RGB888 && format != SDL_PIXELFORMAT_ARGB8888;
    if (w->indirect)
        w->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                                w->pixels->w, w->pixels->h);
    else
        w->surface = cairo_image_surface_create_for_data(
            w->pixels->pixels, CAIRO_FORMAT_RGB24, w->pixels->w, w->pixels->h,
            w->pixels->pitch);
    return w->surface;
}

void window_size(const struct window *w, int *width, int *height)
{
    SDL_GetWindowSize(w->sdl, width, height);
}

static void convert(struct window *w)
{
    SDL_Surface *from = SDL_CreateRGBSurfaceWithFormatFrom(
        cairo_image_surface_get_data(w->surface), w->pixels->w, w->pixels->h,
        32, cairo_image_surface_get_stride(w->surface), SDL_PIXELFORMAT_RGB888);
    if (!from)
        return;
    SDL_BlitSurface(from, NULL, w->pixels, NULL);
    SDL_FreeSurface(from);
}

void window_show(struct window *w, const struct box *box, size_t n)
{
    SDL_Rect rect[VIEW_DAMAGE_MAX];
    int rects = 0;
    if (!w->surface)
        return;
    cairo_surface_flush(w->surface);
    if (w->indirect)
        convert(w);
    for (size_t i = 0; i < n && rects < VIEW_DAMAGE_MAX; i++) {
        int x0 = (int)fmax(0, floor(box[i].x)),
            y0 = (int)fmax(0, floor(box[i].y));
        int x1 = (int)fmin(w->pixels->w, ceil(box_right(box[i])));
        int y1 = (int)fmin(w->pixels->h, ceil(box_bottom(box[i])));
        if (x1 > x0 && y1 > y0)
            rect[rects++] = (SDL_Rect){x0, y0, x1 - x0, y1 - y0};
    }
    if (rects)
        SDL_UpdateWindowSurfaceRects(w->sdl, rect, rects);
}

/* ---- Events ---- */

static enum view_key key_of(SDL_Keycode key)
{
    static const struct {
        SDL_Keycode sdl;
        enum view_key key;
    } keys[] = {
        {SDLK_RETURN, KEY_ENTER},
        {SDLK_KP_ENTER, KEY_ENTER},
        {SDLK_ESCAPE, KEY_ESCAPE},
        {SDLK_TAB, KEY_TAB},
        {SDLK_BACKSPACE, KEY_BACKSPACE},
        {SDLK_DELETE, KEY_DELETE},
        {SDLK_UP, KEY_UP},
        {SDLK_DOWN, KEY_DOWN},
        {SDLK_LEFT, KEY_LEFT},
        {SDLK_RIGHT, KEY_RIGHT},
        {SDLK_HOME, KEY_HOME},
        {SDLK_END, KEY_END},
        {SDLK_PAGEUP, KEY_PAGE_UP},
        {SDLK_PAGEDOWN, KEY_PAGE_DOWN},
        {SDLK_F1, KEY_F1},
        {SDLK_F6, KEY_F6},
    };
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (keys[i].sdl == key)
            return keys[i].key;
    return KEY_NONE;
}

static bool key_event(const SDL_KeyboardEvent *e, struct view_event *out)
{
    SDL_Keycode key = e->keysym.sym;
    out->kind = VIEW_KEY;
    out->shift = (e->keysym.mod & KMOD_SHIFT) != 0;
    if ((e->keysym.mod & KMOD_CTRL) && key >= ' ' && key < 127) {
        out->key = KEY_CONTROL;
        out->letter = (char)(key >= 'a' && key <= 'z' ? key - 'a' + 'A' : key);
        return true;
    }
    if ((e->keysym.mod & KMOD_CTRL) &&
        (key == SDLK_KP_PLUS || key == SDLK_KP_MINUS)) {
        out->key = KEY_CONTROL;
        out->letter = key == SDLK_KP_PLUS ? '+' : '-';
        return true;
    }
    out->key = key_of(key);
    return out->key != KEY_NONE;
}

static bool mouse_event(const SDL_Event *e, struct view_event *out)
{
    int x, y;
    SDL_GetMouseState(&x, &y);
    out->device_x = x;
    out->device_y = y;
    switch (e->type) {
    case SDL_MOUSEMOTION:
        out->kind = VIEW_MOVE;
        out->device_x = e->motion.x;
        out->device_y = e->motion.y;
        return true;
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
        out->kind = e->type == SDL_MOUSEBUTTONDOWN ? VIEW_PRESS : VIEW_RELEASE;
        out->device_x = e->button.x;
        out->device_y = e->button.y;
        out->clicks = e->button.clicks;
        return e->button.button == SDL_BUTTON_LEFT;
    default:
        out->kind = VIEW_WHEEL;
        out->wheel = e->wheel.direction == SDL_MOUSEWHEEL_FLIPPED ? -e->wheel.y
                                                                  : e->wheel.y;
        return out->wheel != 0;
    }
}

static bool window_state(struct window *w, const SDL_WindowEvent *e,
                         struct window_event *out)
{
    switch (e->event) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
        drop_surface(w);
        out->kind = WINDOW_RESIZED;
        return true;
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_RESTORED:
        out->kind = WINDOW_EXPOSED;
        return true;
    case SDL_WINDOWEVENT_LEAVE:
        out->kind = WINDOW_INPUT;
        out->input.kind = VIEW_LEAVE;
        return true;
    default:
        return false;
    }
}

/* False: an event that means nothing here. */
static bool translate(struct window *w, const SDL_Event *e,
                      struct window_event *out)
{
    memset(out, 0, sizeof *out);
    out->kind = WINDOW_INPUT;
    switch (e->type) {
    case SDL_QUIT:
        out->kind = WINDOW_CLOSED;
        return true;
    case SDL_WINDOWEVENT:
        return window_state(w, &e->window, out);
    case SDL_KEYDOWN:
        w->shift = (e->key.keysym.mod & KMOD_SHIFT) != 0;
        return key_event(&e->key, &out->input);
    case SDL_TEXTINPUT:
        out->input.kind = VIEW_TEXT;
        out->input.shift = w->shift; /* of the key that made the text */
        snprintf(out->input.text, sizeof out->input.text, "%s", e->text.text);
        return true;
    case SDL_MOUSEMOTION:
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP:
    case SDL_MOUSEWHEEL:
        return mouse_event(e, &out->input);
    default:
        return false;
    }
}

uint64_t window_clock_ms(void)
{
    return SDL_GetTicks64();
}

bool window_wait(struct window *w, int timeout_ms, struct window_event *event)
{
    uint64_t end =
        window_clock_ms() + (uint64_t)(timeout_ms > 0 ? timeout_ms : 0);
    SDL_Event e;
    for (;;) {
        uint64_t now = window_clock_ms();
        int left = now < end ? (int)(end - now) : 0;
        bool got = timeout_ms < 0 ? SDL_WaitEvent(&e)
                   : left > 0     ? SDL_WaitEventTimeout(&e, left)
                                  : SDL_PollEvent(&e);
        if (!got)
            return false;
        if (translate(w, &e, event))
            return true;
    }
}
