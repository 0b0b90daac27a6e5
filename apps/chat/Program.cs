using Fanfare.Chat;

return await ChatProgram.RunAsync(args, Console.Error);
