"""The neural vocoder: a network predicts what bins do, and an inverse transform makes samples."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from distill_live.audio.inversion import LOUDEST
from distill_live.audio.spectrogram import AudioSpectrogram
from distill_live.models.layers.causal_conv import Past, Tails
from distill_live.models.vocoder.network import BinMotion, NeuralVocoderConfig, VocoderNetwork

# After so many frames the noise repeats: 5.5 s.
_NOISE_FRAMES = 512
# Normalised mels beyond this are no sound, and what is no number must not stay in a stream.
_STRONGEST = 30.0


@dataclass(frozen=True, eq=False)
class NeuralState:
    """The state of a stream. Its tensors are replaced, never changed in place.

    `waiting` `[M, n]`: mels of a block that is not full. `ahead` `[M, L]`: those of frames that are
    not final. `tails`: the network's past. `tone` `[bins]`: the last final frame's, of length 1.
    `tail` and `weight` `[overlap]`: what final frames add to samples not given yet. `frames`: final
    ones; `emitted`: samples given.
    """

    waiting: Tensor
    ahead: Tensor
    tails: Tails
    tone: Tensor
    tail: Tensor
    weight: Tensor
    frames: int = 0
    emitted: int = 0
    ended: bool = False


class NeuralVocoder:
    """Turns mels into sound on the device that its network is on.

    In Vocos (Siuzdak, arXiv 2306.00814), a network predicts the magnitude and phase of every
    frame. There, equal frames have equal phases, so that a steady sound repeats with every hop: at
    94 Hz, whatever its pitch. Here a bin's tone continues from frame to frame as in a phase
    vocoder, by as much as the network says, and starts afresh where it says so; noise is taken
    from a fixed noise, as loud as the network says (tones and noise separately: Serra and Smith
    1990). Both start from the mels'
    magnitudes.

    Raises ValueError when the window is not a whole number of hops, at least two.
    """

    kind = "neural"
    overlap_samples = 0

    def __init__(self, network: VocoderNetwork, spectrogram: AudioSpectrogram) -> None:
        sound = spectrogram.config
        self.network, self.config = network, network.config
        self.n_fft, self.hop = sound.n_fft, sound.hop_length
        if self.n_fft % self.hop or self.n_fft < 2 * self.hop:
            raise ValueError(
                f"n_fft {self.n_fft} must be at least 2 times hop {self.hop} and a multiple of it"
            )
        self._sound = sound
        self.device = network.head.weight.device
        bank = spectrogram.mel_bank.to(self.device)
        # A bin takes the weighted mean of what the mels that see it say; one that none sees is 0.
        self._to_bins = bank / bank.sum(dim=0).clamp(min=1e-8)
        self._window = spectrogram.window.to(self.device)
        turns = (torch.arange(sound.bins) * self.hop) % self.n_fft
        self._centre_advance = (turns * (2 * math.pi / self.n_fft)).to(self.device)
        self._noise = _noise_spectra(self.n_fft, self.hop).to(self.device)
        self._overlap = self.n_fft - self.hop

    @classmethod
    def untrained(cls, config: NeuralVocoderConfig, spectrogram: AudioSpectrogram) -> NeuralVocoder:
        """A new network for such a spectrogram, on its device; its weights come from torch's
        random numbers."""
        sound = spectrogram.config
        network = VocoderNetwork(config, sound.n_mels, sound.bins).to(spectrogram.device)
        return cls(network, spectrogram)

    @property
    def delay_samples(self) -> int:
        """Half a window and the lookahead: 1536 samples, 32 ms, at the defaults."""
        return self.n_fft // 2 + self.config.lookahead_frames * self.hop

    @property
    def settling_frames(self) -> int:
        """As many frames as the network looks back."""
        return self.config.past_frames

    @property
    def warmup_frames(self) -> int:
        """As many: with fewer, the network would lack part of its past."""
        return self.config.past_frames

    def stream(self) -> NeuralStream:
        """A new stream, before its first frame."""
        return NeuralStream(self)

    def __call__(self, mel: Tensor) -> Tensor:
        """A whole sound: mels `[M, T]` to samples `[T * hop]`; the bytes that a stream gives."""
        stream = self.stream()
        return torch.cat([stream.push(mel), stream.flush()])

    def waveforms(self, mel: Tensor, position: int = 0) -> Tensor:
        """Whole sounds at once, for training: mels `[B, M, T]` to samples `[B, T * hop]`.

        Within rounding what a stream gives; its noise is that of a sound whose first frame has the
        number `position`.
        """
        padded = functional.pad(mel, (0, self.config.lookahead_frames))
        motion = self.network(_sane(padded), Past())
        spectra, _ = self._spectra(motion, mel, self._first_tone(len(mel)), position)
        summed = self._overlap_add(spectra) / self._weights(mel.shape[-1]).clamp(min=1e-3)
        half = self.n_fft // 2
        return summed[:, half : half + mel.shape[-1] * self.hop]

    def begin(self) -> NeuralState:
        """The state before the first frame."""
        mels = self._sound.n_mels
        return NeuralState(
            waiting=torch.zeros(mels, 0, device=self.device),
            ahead=torch.zeros(mels, 0, device=self.device),
            tails=(),
            tone=self._first_tone(1)[0],
            tail=torch.zeros(self._overlap, device=self.device),
            weight=torch.zeros(self._overlap, device=self.device),
        )

    def push(self, state: NeuralState, mel: Tensor) -> tuple[Tensor, NeuralState]:
        """Normalised mels `[M, k]`, k from 0, to samples `[n]` float32 and the next state.

        Raises ValueError after `flush`, or when the number of mels is wrong.
        """
        if state.ended:
            raise ValueError("this stream was flushed: begin a new one")
        mels = self._sound.n_mels
        if mel.dim() != 2 or mel.shape[0] != mels:
            raise ValueError(f"mels must be [{mels}, frames]: they are {list(mel.shape)}")
        waiting = torch.cat([state.waiting, mel.to(self.device, torch.float32)], dim=1)
        size, parts = self.config.block_frames, [torch.zeros(0, device=self.device)]
        whole = waiting.shape[1] // size * size
        for first in range(0, whole, size):
            samples, state = self._advance(state, waiting[:, first : first + size])
            parts.append(samples)
        return torch.cat(parts), replace(state, waiting=waiting[:, whole:].clone())

    def flush(self, state: NeuralState) -> tuple[Tensor, NeuralState]:
        """The rest, up to exactly hop times the frames pushed, and a state that is at its end."""
        samples = torch.zeros(0, device=self.device)
        if state.ended:
            return samples, state
        if state.waiting.shape[1] or state.ahead.shape[1]:
            # What no frame follows is followed by nothing known, as in training.
            last = functional.pad(state.waiting, (0, self.config.lookahead_frames))
            samples, state = self._advance(state, last)
        # The tail begins half a window before the next frame; of a single one, before the sound.
        end = state.frames * self.hop
        unheard = max(self.n_fft // 2 - end, 0)
        rest = (state.tail / state.weight.clamp(min=1e-3))[unheard : unheard + end - state.emitted]
        emitted = state.emitted + len(rest)
        return torch.cat([samples, rest]), replace(state, emitted=emitted, ended=True)

    def _advance(self, state: NeuralState, mel: Tensor) -> tuple[Tensor, NeuralState]:
        """Make frames final with the `mel` that has come, and give the samples they complete."""
        past = Past(state.tails)
        motion = self.network(_sane(mel)[None], past)
        count = motion.tone.shape[1]
        mels = torch.cat([state.ahead, mel], dim=1)
        spectra, tone = self._spectra(motion, mels[None, :, :count], state.tone[None], state.frames)
        summed = _added(state.tail, self._overlap_add(spectra)[0])
        weight = _added(state.weight, self._weights(count))
        complete = count * self.hop
        done = summed[:complete] / weight[:complete].clamp(min=1e-3)
        # Before the first frame's centre there is no sound to give.
        done = done[max(self.n_fft // 2 - state.frames * self.hop, 0) :]
        return done, replace(
            state,
            waiting=state.waiting[:, :0],
            ahead=mels[:, count:].clone(),
            tails=past.tails,
            tone=tone[0],
            tail=summed[complete:].clone(),
            weight=weight[complete:].clone(),
            frames=state.frames + count,
            emitted=state.emitted + len(done),
        )

    def _spectra(
        self, motion: BinMotion, mel: Tensor, tone: Tensor, position: int
    ) -> tuple[Tensor, Tensor]:
        """Short-time spectra `[B, T, bins]` of frames from number `position` on, whose mels are
        `mel` `[B, M, T]`; `tone` `[B, bins]` is the frame's before, and of the last one after."""
        frames = motion.tone.shape[1]
        kept = torch.polar(1.0 - motion.renewal, self._centre_advance + motion.turn)
        begun = torch.polar(motion.renewal, motion.start)
        tones = []
        for frame in range(frames):
            tone = kept[:, frame] * tone + begun[:, frame]
            tones.append(tone)
        numbers = torch.arange(position, position + frames, device=self.device) % _NOISE_FRAMES
        sound = motion.tone.exp() * torch.stack(tones, dim=1)
        noise = motion.noise.exp() * self._noise[numbers]
        return self._magnitudes(mel) * (sound + noise), tone

    def _magnitudes(self, mel: Tensor) -> Tensor:
        """Mels `[B, M, T]` to the smooth magnitudes `[B, T, bins]` of an unscaled transform."""
        log_power = _sane(mel) * self._sound.deviation + self._sound.mean
        power = (log_power.clamp(max=LOUDEST).exp() - self._sound.floor).clamp(min=0.0)
        return (power.transpose(1, 2) @ self._to_bins * self.n_fft).sqrt()

    def _overlap_add(self, spectra: Tensor) -> Tensor:
        """Windowed frames of `spectra` `[B, T, bins]` added up: `[B, T * hop + overlap]`."""
        return self._staggered(torch.fft.irfft(spectra, self.n_fft) * self._window)

    def _weights(self, count: int) -> Tensor:
        """The weight of `count` frames in each sample of `_overlap_add`."""
        return self._staggered(self._window.square().expand(1, count, -1))[0]

    def _staggered(self, frames: Tensor) -> Tensor:
        """Frames `[B, T, n_fft]`, each a hop later than the one before, added up."""
        size = (1, frames.shape[1] * self.hop + self._overlap)
        window = (1, self.n_fft)
        return functional.fold(frames.transpose(1, 2), size, window, stride=(1, self.hop)).flatten(
            1
        )

    def _first_tone(self, count: int) -> Tensor:
        """What `count` sounds go on from `[count, bins]`: of length 1, with a noise's phases."""
        last = self._noise[-1:]
        return (last / last.abs()).expand(count, -1)


class NeuralStream:
    """A stream of a neural vocoder; samples are float32 on its device."""

    def __init__(self, vocoder: NeuralVocoder) -> None:
        self._vocoder = vocoder
        self._state = vocoder.begin()

    @property
    def emitted(self) -> int:
        """Samples given so far."""
        return self._state.emitted

    @torch.inference_mode()
    def push(self, mel: Tensor) -> Tensor:
        """Normalised mels `[M, k]` to samples `[n]`; k and n may be 0. Raises ValueError when the
        number of mels is wrong and after `flush`."""
        samples, self._state = self._vocoder.push(self._state, mel)
        return samples

    @torch.inference_mode()
    def flush(self) -> Tensor:
        """The rest, up to exactly hop times the frames pushed."""
        samples, self._state = self._vocoder.flush(self._state)
        return samples

    def snapshot(self) -> NeuralState:
        """The state; it is never changed, so this copies nothing."""
        return self._state

    def restore(self, state: NeuralState) -> None:
        """Go on from a snapshot."""
        self._state = state


def _added(tail: Tensor, summed: Tensor) -> Tensor:
    """`summed` `[n]` with `tail` upon its beginning."""
    return torch.cat([summed[: len(tail)] + tail, summed[len(tail) :]])


def _sane(mel: Tensor) -> Tensor:
    """Mels without what is no number or out of all bounds: it would stay in a stream for ever."""
    return mel.nan_to_num(nan=-_STRONGEST).clamp(-_STRONGEST, _STRONGEST)


def _noise_spectra(n_fft: int, hop: int) -> Tensor:
    """Short-time spectra `[frames, bins]`, of mean power 1, of a white noise that repeats."""
    length = _NOISE_FRAMES * hop
    noise = torch.rand(length, generator=torch.Generator().manual_seed(0)) - 0.5
    window = torch.hann_window(n_fft)
    repeated = torch.cat([noise, noise[:n_fft]])
    spectra: Tensor = torch.fft.rfft(repeated.unfold(0, n_fft, hop)[:_NOISE_FRAMES] * window)
    # Uniform noise of width 1 has the variance 1/12.
    return spectra / math.sqrt(float(window.square().sum()) / 12)
