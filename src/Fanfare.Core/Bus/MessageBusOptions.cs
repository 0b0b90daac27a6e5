using Microsoft.Extensions.Options;

namespace Fanfare;

/// <summary>Options of the <see cref="IMessageBus"/>.</summary>
public sealed class MessageBusOptions
{
    /// <summary>How many events may wait for the handler of one subscription before the oldest is dropped. Default 1,024.</summary>
    public int QueueCapacity { get; set; } = 1024;

    internal sealed class Validation : IValidateOptions<MessageBusOptions>
    {
        public ValidateOptionsResult Validate(string? name, MessageBusOptions options) =>
            options.QueueCapacity > 0
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail($"MessageBusOptions.QueueCapacity is {options.QueueCapacity}; it must be at least 1 (default 1024).");
    }
}
