using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Fanfare.AspNetCore;

/// <summary>A Linux io_uring used as one system call for many sends: they are submitted, tried without waiting and answered within it. One thread at a time.</summary>
internal sealed unsafe partial class IoUring : SafeHandleMinusOneIsInvalid
{
    /// <summary>How many sends fit into one submission.</summary>
    public const int Capacity = 64;

    // As linux/io_uring.h has it; the numbers of the calls are the same on both processors.
    private const int SetupCall = 425;
    private const int EnterCall = 426;
    private const uint SubmitAll = 1 << 7;
    private const uint SingleMapping = 1;
    private const uint GetEvents = 1;
    private const byte SendOperation = 26;
    private const nint EntriesOffset = 0x10000000;
    private const int Interrupted = 4;

    // Stands for an answer that never came: whether it was sent cannot be told.
    private const int BrokenPipe = -32;

    private byte* _rings;
    private nuint _ringsLength;
    private Entry* _entries;
    private nuint _entriesLength;
    private uint* _submissionTail;
    private uint* _completionHead;
    private uint* _completionTail;
    private Completion* _completions;
    private uint _mask;
    private uint _completionMask;

    private IoUring(int descriptor)
        : base(ownsHandle: true) => SetHandle(descriptor);

    /// <summary>Makes one; <see langword="null"/> where the kernel is too old (before 5.18), or refuses, as many containers have it do.</summary>
    public static IoUring? TryCreate()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture is not (Architecture.X64 or Architecture.Arm64))
        {
            return null;
        }

        var parameters = new Parameters { Flags = SubmitAll };
        var descriptor = (int)Setup(SetupCall, Capacity, &parameters);
        if (descriptor < 0)
        {
            return null;
        }

        var ring = new IoUring(descriptor);
        if (ring.TryMap(parameters))
        {
            return ring;
        }

        ring.Dispose();
        return null;
    }

    /// <summary>Sets the send at <paramref name="index"/> of the next submission.</summary>
    /// <param name="index">Its place, from 0, below <see cref="Capacity"/>; every place below the highest must be set.</param>
    /// <param name="socket">The descriptor.</param>
    /// <param name="bytes">What to send; it stays where it is until the submission is over.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="flags">The flags of <c>send</c>; without the one not to wait the submission would.</param>
    public void Set(int index, int socket, byte* bytes, int length, int flags) =>
        _entries[(*_submissionTail + (uint)index) & _mask] = new Entry
        {
            Operation = SendOperation,
            Descriptor = socket,
            Address = (ulong)bytes,
            Length = (uint)length,
            Flags = (uint)flags,
            UserData = (ulong)index,
        };

    /// <summary>Submits as many sends as there are places in <paramref name="results"/>, and takes their answers.</summary>
    /// <param name="results">Gets for each the number of bytes sent or a negative error number. One that was not submitted is left as it is.</param>
    /// <returns>False when some are left; the ring is of no further use then.</returns>
    public bool Submit(Span<int> results)
    {
        Volatile.Write(ref *_submissionTail, *_submissionTail + (uint)results.Length);
        var submitted = 0;
        var answered = 0;
        while (submitted < results.Length)
        {
            var count = Enter(EnterCall, this, (uint)(results.Length - submitted), 0, 0, 0, 0);
            if (count <= 0 && !IsInterrupted(count))
            {
                break;
            }

            results.Slice(submitted, (int)Math.Max(0, count)).Fill(BrokenPipe);
            submitted += (int)Math.Max(0, count);
            answered += TakeAnswers(results);
        }

        // None has to wait, so all are answered by now; should the kernel have put one off, it is waited for.
        while (answered < submitted)
        {
            var count = Enter(EnterCall, this, 0, (uint)(submitted - answered), GetEvents, 0, 0);
            if (count < 0 && !IsInterrupted(count))
            {
                return false;
            }

            answered += TakeAnswers(results);
        }

        return submitted == results.Length;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        if (_entries is not null)
        {
            _ = Unmap(_entries, _entriesLength);
        }

        if (_rings is not null)
        {
            _ = Unmap(_rings, _ringsLength);
        }

        return Close((int)handle) == 0;
    }

    private bool TryMap(in Parameters parameters)
    {
        if ((parameters.Features & SingleMapping) == 0)
        {
            return false;
        }

        _ringsLength = Math.Max(
            parameters.Submission.Array + (parameters.SubmissionEntries * sizeof(uint)),
            parameters.Completion.Completions + (parameters.CompletionEntries * (uint)sizeof(Completion)));
        _entriesLength = parameters.SubmissionEntries * (uint)sizeof(Entry);
        _rings = Map(_ringsLength, 0);
        _entries = (Entry*)Map(_entriesLength, EntriesOffset);
        if (_rings is null || _entries is null)
        {
            return false;
        }

        _submissionTail = At(parameters.Submission.Tail);
        _mask = *At(parameters.Submission.Mask);
        _completionHead = At(parameters.Completion.Head);
        _completionTail = At(parameters.Completion.Tail);
        _completionMask = *At(parameters.Completion.Mask);
        _completions = (Completion*)(_rings + parameters.Completion.Completions);

        // The kernel finds entries by way of this array; ours stay in their order.
        var order = At(parameters.Submission.Array);
        for (var i = 0u; i < parameters.SubmissionEntries; i++)
        {
            order[i] = i;
        }

        return true;
    }

    private static bool IsInterrupted(nint result) => result < 0 && Marshal.GetLastPInvokeError() == Interrupted;

    private uint* At(uint offset) => (uint*)(_rings + offset);

    private byte* Map(nuint length, nint offset)
    {
        const int ReadWrite = 3;
        const int SharedPopulated = 0x8001;
        var start = Map(null, length, ReadWrite, SharedPopulated, this, offset);
        return start == (byte*)-1 ? null : start;
    }

    private int TakeAnswers(Span<int> results)
    {
        var head = *_completionHead;
        var tail = Volatile.Read(ref *_completionTail);
        var count = (int)(tail - head);
        for (; head != tail; head++)
        {
            ref readonly var answer = ref _completions[head & _completionMask];
            results[(int)answer.UserData] = answer.Result;
        }

        Volatile.Write(ref *_completionHead, head);
        return count;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Setup(nint call, uint entries, Parameters* parameters);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Enter(nint call, IoUring ring, uint submit, uint wait, uint flags, nint signals, nint signalsLength);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial byte* Map(void* address, nuint length, int protection, int flags, IoUring ring, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(void* address, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct Parameters
    {
        public uint SubmissionEntries;
        public uint CompletionEntries;
        public uint Flags;
        public uint ThreadProcessor;
        public uint ThreadIdle;
        public uint Features;
        public uint WorkQueue;
        public Reserved Reserved;
        public SubmissionOffsets Submission;
        public CompletionOffsets Completion;
    }

    [InlineArray(3)]
    private struct Reserved
    {
        private uint _first;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct SubmissionOffsets
    {
        public uint Head;
        public uint Tail;
        public uint Mask;
        public uint Entries;
        public uint Flags;
        public uint Dropped;
        public uint Array;
        public uint Reserved;
        public ulong UserAddress;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct CompletionOffsets
    {
        public uint Head;
        public uint Tail;
        public uint Mask;
        public uint Entries;
        public uint Overflow;
        public uint Completions;
        public uint Flags;
        public uint Reserved;
        public ulong UserAddress;
    }

    /// <summary>What is submitted (<c>struct io_uring_sqe</c>).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Entry
    {
        [FieldOffset(0)]
        public byte Operation;

        [FieldOffset(4)]
        public int Descriptor;

        [FieldOffset(16)]
        public ulong Address;

        [FieldOffset(24)]
        public uint Length;

        [FieldOffset(28)]
        public uint Flags;

        [FieldOffset(32)]
        public ulong UserData;
    }

    /// <summary>What is answered (<c>struct io_uring_cqe</c>).</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Completion
    {
        public ulong UserData;
        public int Result;
        public uint Flags;
    }
}
