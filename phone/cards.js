// The page of waiting logins: feeds the state machine of state.js with what the registry, the clock and the person say, and
// draws what comes out. With `direct` it shows the one card that a link or a notification named; for that it needs no
// session, and not even a stored passkey.
import * as api from './api.js';
import { hash32 } from './bytes.js';
import { CardView } from './card_view.js';
import { speak } from './dom.js';
import { Refusal } from './api.js';
import { text } from './i18n.js';
import { ListView } from './list_view.js';
import { signAs, signAsAnyOf } from './passkey.js';
import { closeNotification } from './push.js';
import { currentToken, forgetToken, openSession } from './session.js';
import * as machine from './state.js';
import { printAnswer, printTrust, trustOffered } from './statement.js';
import { unseenApprovers } from './approvers.js';

const TICK_MS = 500;
const RETRY_MS = [1000, 2000, 4000, 8000, 15_000];

export class CardsPage {
  constructor({ phone, go, account, direct }) {
    Object.assign(this, { phone, go, account, direct, stopper: new AbortController(), view: null, state: machine.ticked(machine.START, api.now()) });
    this.extra = { fault: null, busy: false, fresh: [] };
    this.timer = setInterval(() => this.apply(machine.ticked, api.now()), TICK_MS);
    this.onKey = (event) => this.typed(event);
    this.onSight = () => this.wake?.();
    addEventListener('keydown', this.onKey);
    document.addEventListener('visibilitychange', this.onSight);
    if (direct) this.watchOne(direct);
    else this.begin();
  }

  stop() {
    this.stopper.abort();
    clearInterval(this.timer);
    removeEventListener('keydown', this.onKey);
    document.removeEventListener('visibilitychange', this.onSight);
  }

  get stopped() {
    return this.stopper.signal.aborted;
  }

  get token() {
    return this.account ? currentToken() : null;
  }

  begin() {
    this.draw();
    if (!this.token) return;
    this.watchList(this.token);
    this.lookForNewApprovers();
  }

  async lookForNewApprovers() {
    this.extra.fresh = await unseenApprovers(this.token).catch(() => []);
    this.draw();
  }

  // One event: the machine's next state, and its picture.
  apply(event, ...values) {
    if (this.stopped) return;
    const before = this.state;
    this.state = event(before, ...values);
    if (this.state === before) return;
    for (const card of before.cards) {
      if (!this.state.cards.includes(card)) closeNotification(card.id);
    }
    const news = this.state.cards.find((card) => !before.cards.some((each) => each.id === card.id));
    if (news) speak(text('spoken_new', { host: news.fields.host }));
    this.draw();
    if (this.state.open?.step === 'gone' && before.open?.step !== 'gone') this.explain(this.state.open);
  }

  draw() {
    if (this.stopped) return;
    const kind = this.state.open ? `card ${this.state.open.card.id}` : 'list';
    if (this.view?.kind !== kind) {
      this.view = this.state.open ? new CardView(this, this.state.open.card) : new ListView(this);
      this.view.kind = kind;
    }
    this.view.update(this.state);
  }

  // Reading the registry

  async pause(failures) {
    const delay = RETRY_MS[Math.min(failures, RETRY_MS.length - 1)];
    await new Promise((resume) => {
      this.wake = resume;
      setTimeout(resume, delay);
    });
  }

  async readCard(id, challenge) {
    const card = await hash32(challenge) === id ? machine.cardOf(id, challenge) : null;
    return card && card.fields.registry === this.phone.registry ? card : null;
  }

  async watchList(token) {
    let etag, failures = 0;
    while (!this.stopped) {
      try {
        const news = await api.cards(token, { etag, wait: etag ? api.WAIT_SECONDS : 0, signal: this.stopper.signal });
        failures = 0;
        this.apply(machine.connected, true);
        if (!news) continue;
        etag = news.etag;
        const cards = await Promise.all(news.texts.map(async (each) => this.readCard(await hash32(each), each)));
        this.apply(machine.ticked, api.now());
        this.apply(machine.arrived, cards.map((card) => (card?.fields.user === this.account.user ? card : null)));
      } catch (fault) {
        if (this.stopped) return;
        if (fault.reason === 'not_authorized') return this.sessionEnded();
        this.apply(machine.connected, false);
        await this.pause(failures);
        failures += 1;
      }
    }
  }

  // A card that is open stays: answering it needs no session.
  sessionEnded() {
    forgetToken();
    this.draw();
    this.view.refresh?.();
  }

  async watchOne(id) {
    let failures = 0;
    for (let wait = 0; !this.stopped;) {
      try {
        const challenge = await api.card(id, { wait, signal: this.stopper.signal });
        failures = 0;
        this.apply(machine.connected, true);
        if (challenge !== null && wait === 0) {
          this.apply(machine.ticked, api.now());
          this.apply(machine.arrived, [await this.readCard(id, challenge)]);
          this.draw();
        }
        wait = api.WAIT_SECONDS;
      } catch (fault) {
        if (this.stopped) return;
        if (fault.reason !== 'unreachable' && fault.reason !== 'internal') return this.oneEnded(id, fault.reason);
        this.apply(machine.connected, false);
        this.draw();
        await this.pause(failures);
        failures += 1;
      }
    }
  }

  oneEnded(id, why) {
    if (this.state.open) this.apply(machine.explained, id, why);
    else this.extra.ended = why;
    closeNotification(id);
    this.draw();
  }

  // Why an open card has gone from the list: only the registry knows.
  async explain({ card, why }) {
    if (why) return;
    try {
      await api.card(card.id);
    } catch (fault) {
      this.apply(machine.explained, card.id, fault.reason);
    }
  }

  // What the person does

  opens(id) {
    if (!this.state.cards.some((card) => card.id === id)) return false;
    this.apply(machine.opens, id);
    return this.state.open?.card.id === id;
  }

  close() {
    if (this.direct && this.state.open?.step !== 'busy') this.leaveDirect();
    else this.apply(machine.closes);
  }

  leaveDirect() {
    history.replaceState(null, '', '/');
    if (this.account) this.go.cards();
    else this.go.welcome();
  }

  typed({ key, ctrlKey, altKey, metaKey }) {
    if (ctrlKey || altKey || metaKey) return;
    if (/^[0-9]$/.test(key)) this.apply(machine.typed, key);
    else if (key === 'Backspace') this.apply(machine.erased);
  }

  async unlock() {
    this.extra = { ...this.extra, busy: true, fault: null };
    this.draw();
    try {
      await openSession(this.account, this.phone);
    } catch (fault) {
      this.extra = { ...this.extra, busy: false, fault };
      return this.draw();
    }
    this.extra = { ...this.extra, busy: false };
    return this.begin();
  }

  async answer(decision) {
    this.apply(machine.sends, decision);
    const { open } = this.state;
    if (open?.step !== 'busy') return;
    try {
      const trusts = decision === 'approve' && open.trust;
      const number = machine.numberOf(open);
      const message = trusts ? printTrust(open.card.text, number, trustOffered(open.card.fields)) : printAnswer(open.card.text, decision, number);
      const answer = await this.sign(open.card.id, trusts ? 'trust' : 'answer', message);
      await api.answer(open.card.id, answer);
      this.apply(machine.sent, answer);
    } catch (fault) {
      const { reason, detail } = fault instanceof Refusal ? fault : new Refusal('internal', fault.message);
      this.apply(machine.failed, reason, detail);
    }
  }

  // By this account's passkey, or by any that the registry lists for the challenge.
  async sign(id, kind, message) {
    if (this.account) return signAs(this.account, kind, message, this.phone);
    const approvers = await api.challengeApprovers(id);
    const passkeys = approvers.filter(({ level }) => level === 'passkey').map(({ key }) => key);
    return signAsAnyOf(passkeys, kind, message, this.phone);
  }

  tappedLate() {
    this.apply(machine.tappedLate);
    speak(text('nothing_sent'));
  }
}
